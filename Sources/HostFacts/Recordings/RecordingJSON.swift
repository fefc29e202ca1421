internal import FoundationEssentials

/// Why a recorded host cannot be written or read; a sentence for the user.
public struct RecordingFailure: Error, Hashable, CustomStringConvertible, Sendable {
  public let description: String

  init(_ description: String) { self.description = description }
}

/// The JSON files of a recorded host.
enum RecordingJSON {
  static func encode(_ value: some Encodable) throws(RecordingFailure) -> [UInt8] {
    let encoder = JSONEncoder()
    // Without an order of its own the same recording would give other bytes each time.
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    } catch {
      throw RecordingFailure("the recording cannot be put into JSON: \(error)")
    }
  }

  /// - Parameter name: of the file, as the message shows it.
  static func decode<Value: Decodable>(
    _ type: Value.Type, _ bytes: [UInt8], _ name: String
  ) throws(RecordingFailure) -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      throw RecordingFailure("\(name) \(sentence(error))")
    } catch {
      throw RecordingFailure("\(name) is not JSON")
    }
  }

  private static func sentence(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      "lacks '\(path(context.codingPath + [key]))'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "has something else than expected at '\(path(context.codingPath))'"
    case .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "is not JSON" : "has something else than expected at '\(path(context.codingPath))'"
    @unknown default: "is not what a recording holds"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }
}
