import TestSupport
import Testing

/// A page in `man/`: written by hand, but for regions that the code fills.
///
/// A region begins with `.\" BEGIN name` and ends with `.\" END name`. `RECORD=1` writes them; it
/// also escapes what stands in literal displays, so that an author need not.
struct ManualPage {
  static let names = ["sockwise.1", "sockwise-rules.5", "sockwise-facts.7", "sockwise-metrics.7"]

  let name: String
  private(set) var lines: [Substring]

  static func path(_ name: String) -> String { "\(Checkout.root)/man/\(name)" }

  init(_ name: String) throws {
    try self.init(name, text: TextFile.read(Self.path(name)))
  }

  init(_ name: String, text: String) {
    self.name = name
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for index in lines.indices where isLiteral(index) {
      lines[index] = Substring(Roff.literal(Roff.unescaped(lines[index])))
    }
  }

  var text: String { lines.joined(separator: "\n") }

  /// Compares the page, with its regions filled, with the file.
  func expectUnchanged(sourceLocation: SourceLocation = #_sourceLocation) {
    Golden.expect(text, matches: name, in: "man", sourceLocation: sourceLocation)
  }

  // MARK: Regions

  private static func begin(_ region: String) -> String { ".\\\" BEGIN \(region)" }
  private static func end(_ region: String) -> String { ".\\\" END \(region)" }

  mutating func fill(
    _ region: String, with content: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard let begin = lines.firstIndex(where: { $0 == Self.begin(region) }),
      let end = lines[begin...].firstIndex(where: { $0 == Self.end(region) })
    else {
      Issue.record("man/\(name) has no region '\(region)'", sourceLocation: sourceLocation)
      return
    }
    lines.replaceSubrange(begin + 1..<end, with: content.map { $0[...] })
  }

  // MARK: Displays

  /// A literal display that a comment `.\" EXAMPLE …` announces.
  struct Example {
    /// The words after EXAMPLE.
    var kind: [String]
    /// Its lines, without escapes.
    var text: String
  }

  /// In order. Where two displays follow an announcement, it is of the first.
  var examples: [Example] {
    var examples: [Example] = []
    for (index, line) in lines.enumerated() where line.hasPrefix(".\\\" EXAMPLE ") {
      guard let begin = lines[index...].firstIndex(where: { $0.hasPrefix(".Bd -literal") }),
        let end = lines[begin...].firstIndex(of: ".Ed")
      else { continue }
      let kind = line.split(separator: " ").dropFirst(2).map(String.init)
      let text = lines[begin + 1..<end].map { Roff.unescaped($0) + "\n" }.joined()
      examples.append(Example(kind: kind, text: text))
    }
    return examples
  }

  /// A literal display of some lines.
  static func display(_ text: some StringProtocol) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    while lines.last?.isEmpty == true { lines.removeLast() }
    return [".Bd -literal -offset indent"] + lines.map { Roff.literal($0) } + [".Ed"]
  }

  private func isLiteral(_ index: Int) -> Bool {
    guard lines[index] != ".Ed", !lines[index].hasPrefix(".Bd"),
      let last = lines[..<index].last(where: { $0 == ".Ed" || $0.hasPrefix(".Bd") })
    else { return false }
    return last.hasPrefix(".Bd -literal")
  }
}
