import JSON
import Reports

@testable import HostFacts

/// A JSON document, read strictly and written again; and as each of the documents of a recording, and
/// as what a run left.
enum JSONTarget {
  static func run(_ bytes: [UInt8]) {
    do throws(JSONError) {
      let document = try JSON.parse(bytes)
      let again = try JSON.parse(written(document))
      require(isEqual(document, again), "\(document) is written as \(again)")
      reread(RecordingFile.self, document)
      reread(RecordedSockets.self, document)
      reread(RunState.self, document)
    } catch {
      isInside(error, bytes)
    }
  }

  /// What a document says is what it says when it is written anew.
  private static func reread<Value: JSONConvertible>(_: Value.Type, _ document: JSON) {
    do throws(JSONError) {
      let bytes = written(try Value(document))
      require(written(try Value(try JSON.parse(bytes))) == bytes, "\(Value.self): \(document)")
    } catch {
      require(!error.message.isEmpty, "refused for no reason")
    }
  }

  /// A message names a place that the document has.
  private static func isInside(_ error: JSONError, _ bytes: [UInt8]) {
    let numbers = error.sentence(in: bytes).split { !("0"..."9").contains($0) }.compactMap {
      Int($0)
    }
    guard numbers.count >= 2 else { return require(false, error.sentence(in: bytes)) }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    require((1...lines.count).contains(numbers[0]), "line \(numbers[0]) of \(lines.count)")
    // One more where the document ends too early.
    let length = lines[numbers[0] - 1].count
    require((1...length + 1).contains(numbers[1]), "column \(numbers[1]) of \(length)")
  }

  private static func written(_ value: some JSONConvertible) -> [UInt8] {
    var writer = JSONWriter()
    value.write(to: &writer)
    return writer.finish()
  }

  private static func written(_ json: JSON) -> [UInt8] {
    var writer = JSONWriter()
    write(json, to: &writer)
    return writer.finish()
  }

  private static func write(_ json: JSON, to writer: inout JSONWriter) {
    switch json.content {
    case .null: writer.null()
    case .bool(let bool): writer.value(bool)
    case .integer(let integer): writer.value(integer)
    case .unsigned(let integer): writer.value(integer)
    case .double(let double): writer.value(double)
    case .string(let string): writer.value(string)
    case .array(let elements): writer.array(elements) { write($1, to: &$0) }
    case .object(let members):
      writer.object { writer in
        for (key, value) in members {
          writer.key(key)
          write(value, to: &writer)
        }
      }
    }
  }

  /// Whether two documents say the same, wherever in them.
  private static func isEqual(_ left: JSON, _ right: JSON) -> Bool {
    switch (left.content, right.content) {
    case (.array(let left), .array(let right)):
      return left.count == right.count && zip(left, right).allSatisfy(isEqual)
    case (.object(let left), .object(let right)):
      return left.count == right.count
        && left.allSatisfy { key, value in right[key].map { isEqual(value, $0) } == true }
    default: return left.content == right.content
    }
  }
}
