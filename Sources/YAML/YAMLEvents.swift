internal import CYAML

/// The events that libyaml finds in a file, as values.
///
/// All use of libyaml's pointers is in this file. The parser lives on the heap because libyaml
/// keeps a pointer to it inside itself.
@safe struct YAMLEvents: ~Copyable {
  struct Event {
    enum Kind {
      case streamStart, streamEnd, documentStart, documentEnd
      case scalar(YAMLScalar)
      case sequenceStart, sequenceEnd, mappingStart, mappingEnd
      case alias(String)
    }

    var kind: Kind
    var range: Range<Int>
    var tag: String?
    var anchor: String?
  }

  /// What libyaml says is wrong, and at which offset.
  struct Failure: Error {
    var problem: String
    var offset: Int
    /// Whether it is YAML, and only more than is read.
    var isLimit = false
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  /// libyaml does not copy its input.
  private let input: UnsafeMutableBufferPointer<UInt8>

  /// The bytes must be UTF-8. Nil where there is no memory.
  init?(_ bytes: [UInt8]) {
    unsafe input = .allocate(capacity: bytes.count)
    _ = unsafe input.initialize(from: bytes)
    unsafe parser = .allocate(capacity: 1)
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      unsafe parser.deallocate()
      unsafe input.deallocate()
      return nil
    }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  /// The next event; after `streamEnd` or a failure there is none to ask for.
  func next() throws(Failure) -> Event {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { unsafe yaml_event_delete(&event) }
    let start = Int(clamping: unsafe event.start_mark.index)
    let end = Int(clamping: unsafe event.end_mark.index)
    let range = start..<max(start, end)
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: return Event(kind: .streamStart, range: range)
    case YAML_DOCUMENT_START_EVENT: return Event(kind: .documentStart, range: range)
    case YAML_DOCUMENT_END_EVENT: return Event(kind: .documentEnd, range: range)
    case YAML_ALIAS_EVENT:
      let name = unsafe Self.text(event.data.alias.anchor) ?? ""
      return Event(kind: .alias(name), range: range)
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let value = unsafe String(decoding: bytes, as: UTF8.self)
      return unsafe Event(
        kind: .scalar(YAMLScalar(value: value, style: Self.style(scalar.style))), range: range,
        tag: Self.text(scalar.tag), anchor: Self.text(scalar.anchor))
    case YAML_SEQUENCE_START_EVENT:
      let sequence = unsafe event.data.sequence_start
      return unsafe Event(
        kind: .sequenceStart, range: range, tag: Self.text(sequence.tag),
        anchor: Self.text(sequence.anchor))
    case YAML_SEQUENCE_END_EVENT: return Event(kind: .sequenceEnd, range: range)
    case YAML_MAPPING_START_EVENT:
      let mapping = unsafe event.data.mapping_start
      return unsafe Event(
        kind: .mappingStart, range: range, tag: Self.text(mapping.tag),
        anchor: Self.text(mapping.anchor))
    case YAML_MAPPING_END_EVENT: return Event(kind: .mappingEnd, range: range)
    default: return Event(kind: .streamEnd, range: range)
    }
  }

  /// libyaml's text; nil where there is none.
  private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    guard let pointer = unsafe pointer else { return nil }
    return unsafe String(cString: pointer)
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }

  private func failure() -> Failure {
    let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) }
    return Failure(
      problem: problem ?? "out of memory",
      offset: Int(clamping: unsafe parser.pointee.problem_mark.index))
  }
}
