import CEL
import JSON

extension FactsDocument {
  /// `sockwise.facts/1`; its schema is `schemas/sockwise.facts-1.schema.json`. Facts nest as rules
  /// name them, and each leaf is `{"value","origin"}`, `{"absent": why}` or
  /// `{"unavailable": {"reason","grant"}}`.
  public func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("schema", "sockwise.facts/1")
      writer.header(tool: tool, host: host, mode: mode, started: started)
      writer.key("sources")
      writer.array(sources) { $0.value($1) }
      writer.key("facts")
      writer.object { writer in
        for (name, field) in variables {
          writer.key(name)
          write(field, to: &writer)
        }
      }
    }
    return writer.finish()
  }

  /// `inherited` is the origin of the structure around; fields without one of their own have it.
  private func write(
    _ field: Field, inherited: Origin? = nil, depth: Int = 0, to writer: inout JSONWriter
  ) {
    switch field {
    case .value(let value, let origin):
      write(value, origin: origin ?? inherited, depth: depth, to: &writer)
    case .absent(let why): writer.object { $0.field("absent", why) }
    case .unavailable(let missing): writer.unavailable(missing)
    }
  }

  private func write(
    _ value: Value, origin: Origin?, depth: Int, to writer: inout JSONWriter
  ) {
    guard depth < FactShape.depthLimit else { return writer.leaf(.null, origin) }
    switch FactShape(value) {
    case .structure(let object):
      writer.object { writer in
        for (name, field) in fields(of: object) {
          writer.key(name)
          write(field, inherited: origin, depth: depth + 1, to: &writer)
        }
      }
    case .sequence(let elements):
      writer.array(elements) { writer, element in
        write(element, origin: origin, depth: depth + 1, to: &writer)
      }
    case .mapping(let map):
      writer.object { writer in
        for entry in map.entries {
          writer.key(ValueText.describe(entry.key))
          write(entry.value, origin: entry.origin ?? origin, depth: depth + 1, to: &writer)
        }
      }
    case .leaf:
      if case .unknown(let unknown) = value {
        writer.unavailable(unknown.missing.first ?? Missing(reason: "no reason was recorded"))
      } else {
        writer.leaf(value, origin)
      }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func leaf(_ value: Value, _ origin: Origin?) {
    object { writer in
      writer.key("value")
      writer.value(value)
      writer.key("origin")
      if let origin { writer.value(origin) } else { writer.null() }
    }
  }

  fileprivate mutating func unavailable(_ missing: Missing) {
    object { writer in
      writer.key("unavailable")
      writer.object { writer in
        writer.field("reason", missing.reason)
        writer.field("grant", missing.grant)
      }
    }
  }

  fileprivate mutating func value(_ source: FactsDocument.Source) {
    object { writer in
      writer.field("name", source.name)
      switch source.state {
      case .read:
        writer.field("state", "read")
        writer.field("reason", nil)
        writer.field("grant", nil)
      case .absent(let why):
        writer.field("state", "absent")
        writer.field("reason", why)
        writer.field("grant", nil)
      case .unavailable(let reason, let grant):
        writer.field("state", "unavailable")
        writer.field("reason", reason)
        writer.field("grant", grant)
      }
    }
  }
}
