extension Unicode.Scalar {
  /// Whether a terminal would act on it, or a reader not see it: controls, terminal escapes,
  /// bidirectional overrides, zero-width and other invisible characters, and line separators.
  /// See Unicode Technical Report 36, section 2.
  package var isUnprintable: Bool {
    if isASCII { return value < 0x20 || value == 0x7f }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return true
    case .spaceSeparator: return true
    default: return properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint
    }
  }
}
