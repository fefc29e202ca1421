/// The first two numbers of a Linux release, such as 6.14: what sysctls come and go with.
///
/// Distributions backport, so a version says what to expect and never what there is.
struct KernelVersion: Hashable, Sendable {
  let major: Int
  let minor: Int

  init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads the numbers at the start of a release: "6.18.44-cloud" is 6.18, nil without two numbers.
  init?(release: some StringProtocol) {
    let parts = release.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, let major = Self.number(parts[0], atEnd: true),
      let minor = Self.number(parts[1], atEnd: false)
    else { return nil }
    self.init(major, minor)
  }

  /// The digits that text begins with; `atEnd` says that nothing may follow them.
  private static func number(_ text: some StringProtocol, atEnd: Bool) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isWholeNumber }
    guard !atEnd || digits.endIndex == text.endIndex else { return nil }
    return Int(digits)
  }
}

extension KernelVersion: Comparable {
  static func < (left: KernelVersion, right: KernelVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}

extension KernelVersion: CustomStringConvertible {
  var description: String { "\(major).\(minor)" }
}
