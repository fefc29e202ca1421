import CEL
import JSON
import Rules

extension JSONWriter {
  /// Nesting beyond this becomes null; facts nest less than ten deep.
  private static let depthLimit = 32

  /// A value of a fact: durations in seconds, sets of integers as the kernel spells them
  /// ("1,2-5"), bytes in hexadecimal, and null for what has no value.
  mutating func value(_ value: Value) { self.value(value, depth: 0) }

  private mutating func value(_ value: Value, depth: Int) {
    guard depth < Self.depthLimit else { return null() }
    switch value {
    case .bool(let bool): self.value(bool)
    case .int(let int): self.value(int)
    case .uint(let uint): self.value(uint)
    case .double(let double): self.value(double)
    case .string(let string): self.value(string)
    case .bytes(let bytes): self.value(ValueText.hexadecimal(bytes))
    case .duration(let duration): self.value(duration.seconds)
    case .intSet(let set): self.value(ValueText.describe(set))
    case .list(let elements): array(elements) { $0.value($1, depth: depth + 1) }
    case .map(let map):
      object { writer in
        for entry in map.entries {
          writer.key(ValueText.describe(entry.key))
          writer.value(entry.value, depth: depth + 1)
        }
      }
    case .object(let object):
      self.object { writer in
        for (name, field) in object.fields.sorted(by: { $0.key < $1.key }) {
          writer.key(name)
          if case .value(let value, _) = field {
            writer.value(value, depth: depth + 1)
          } else {
            writer.null()
          }
        }
      }
    case .null, .type, .error, .unknown: null()
    }
  }

  /// `{"path","line","column"}`, `{"source"}`, `{"default"}` or `{"derived_from":[…]}`, the last
  /// with the places it goes back to, each once.
  mutating func value(_ origin: Origin) {
    object { writer in
      switch origin {
      case .file(let location): writer.fields(of: location)
      case .dump(let source): writer.field("source", source)
      case .defaultValue(let series): writer.field("default", series)
      case .derived:
        writer.key("derived_from")
        // Roots are never derived themselves, so that this ends after one step.
        writer.array(origin.roots) { $0.value($1) }
      }
    }
  }

  mutating func value(_ location: SourceLocation) {
    object { writer in
      writer.fields(of: location)
      if let end = location.endColumn { writer.field("end_column", end) }
    }
  }

  private mutating func fields(of location: SourceLocation) {
    field("path", location.path)
    if let line = location.line { field("line", line) }
    if let column = location.column { field("column", column) }
  }

  /// `{"fact","reason","grant"}`.
  mutating func value(_ missing: Missing) {
    object { writer in
      writer.field("fact", missing.fact)
      writer.field("reason", missing.reason)
      writer.field("grant", missing.grant)
    }
  }
}
