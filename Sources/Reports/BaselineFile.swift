package import JSON
public import Rules

extension Baseline {
  static let schema = "sockwise.baseline/1"

  /// Reads a baseline, `sockwise.baseline/1`.
  ///
  /// - Parameter name: of the file, for messages.
  public static func read(_ content: [UInt8], name: String) throws(DocumentError) -> Baseline {
    try DocumentError.reading(name, content) { (document) throws(JSONError) in
      try document.require(schema: schema)
      return Baseline(try document.member("findings"))
    }
  }
}

extension Baseline.Entry: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    self.init(
      fingerprint: try json.member("fingerprint"), rule: try json.member("rule"),
      subject: try json.member("subject"))
  }

  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("rule", rule)
      writer.field("subject", subject)
      writer.field("fingerprint", fingerprint)
    }
  }
}

/// Why a document of Sockwise cannot be used, as a sentence for the user.
public struct DocumentError: Error, Hashable, CustomStringConvertible, Sendable {
  public let description: String

  public init(_ description: String) { self.description = description }

  static func reading<Value>(
    _ name: String, _ content: [UInt8], _ read: (JSON) throws(JSONError) -> Value
  ) throws(DocumentError) -> Value {
    do throws(JSONError) {
      return try read(try JSON.parse(content))
    } catch {
      throw DocumentError("'\(name.shown)', \(error.sentence(in: content).shown)")
    }
  }
}

extension JSON {
  /// Fails where the document says that it is something else.
  func require(schema: String) throws(JSONError) {
    let found: String? = try member("schema")
    guard found != schema else { return }
    throw JSONError(
      found.map { "schema is '\($0)' where '\(schema)' was expected" }
        ?? "'schema' is missing; '\(schema)' was expected", at: self)
  }
}
