internal import JSON

/// Why a recorded host cannot be written or read; a sentence for the user.
public struct RecordingFailure: Error, Hashable, CustomStringConvertible, Sendable {
  public let description: String

  init(_ description: String) { self.description = description }
}

/// The JSON files of a recorded host.
enum RecordingJSON {
  static func encode(_ value: some JSONConvertible) -> [UInt8] {
    var writer = JSONWriter()
    value.write(to: &writer)
    return writer.finish()
  }

  /// - Parameter name: of the file, as the message shows it.
  static func decode<Value: JSONConvertible>(
    _ type: Value.Type, _ bytes: [UInt8], _ name: String
  ) throws(RecordingFailure) -> Value {
    do throws(JSONError) {
      return try Value(try JSON.parse(bytes))
    } catch {
      throw RecordingFailure("\(name), \(error.sentence(in: bytes))")
    }
  }

  /// Decodes the elements of the array under a key one by one.
  static func forEachElement<Element: JSONConvertible>(
    of key: String, _ bytes: [UInt8], _ name: String, _ body: (Element) -> Void
  ) throws(RecordingFailure) {
    do throws(JSONError) {
      try JSON.forEachElement(of: key, in: bytes, body)
    } catch {
      throw RecordingFailure("\(name), \(error.sentence(in: bytes))")
    }
  }
}
