public import CEL

/// The comments of one file that accept findings at a line of it:
///
///     # sockwise: ignore[tw-reuse-needed] the pool comes with release 4.2
///     net.ipv4.tcp_tw_reuse = 2
///
/// A comment stands on the line before, or among several comment lines before; where comments may
/// stand behind a value, also there. In YAML one above an item of a list, or above a key whose value
/// is a block below it, is about all of that; one behind a value is about the item of a list that the
/// line is in, such as a task, or about the line where other lists lie in that item, such as a play.
/// The reason is mandatory: without one it does not count.
public struct InlineIgnores: Sendable {
  /// Where a file may have comments.
  public enum Syntax: Sendable {
    /// Lines that begin with `#` or `;`: sysctl.d(5), systemd.syntax(7). What follows a value there
    /// is part of the value.
    case lines
    /// Lines that begin with `#`, and what follows a `#` after a space: Dockerfiles, GRUB's defaults.
    case shell
    /// As a shell's, in YAML.
    case yaml

    /// By a file's name.
    public init(path: String) {
      let name = path.split(separator: "/").last?.lowercased() ?? ""
      // Also of templates for one, such as `values.yaml.j2`.
      if ["yaml", "yml"].contains(where: { name.hasSuffix(".\($0)") || name.contains(".\($0).") }) {
        self = .yaml
      } else if name == "grub" || name.hasSuffix(".cfg") || name.contains("dockerfile")
        || name.contains("containerfile")
      {
        self = .shell
      } else {
        self = .lines
      }
    }
  }

  /// One comment.
  public struct Entry: Hashable, Sendable {
    /// Ids of rules.
    public var rules: [String]
    public var reason: String
    /// The lines whose findings it accepts.
    public var lines: ClosedRange<Int>
    /// The comment, from its `#`.
    public var location: SourceLocation
  }

  public private(set) var entries: [Entry] = []
  /// Comments that no line follows.
  public private(set) var unattached: [Entry] = []
  /// What is wrong with comments, the first of it.
  public private(set) var diagnostics: [RuleDiagnostic] = []
  /// How much more is wrong with others.
  public private(set) var moreProblems = 0
  /// By line, where in `entries` the comments are that accept findings there.
  private var places: [Int: [Int]] = [:]
  /// Of the comments about several lines where they are in `entries`.
  private var blocks: [Int] = []
  /// For how many comments the lines are looked for that they are about; others are about one.
  private static let mostSearches = 1000

  /// How many diagnostics are kept; each costs a comparison with all rules.
  public static let mostDiagnostics = 20

  /// Reads the comments of a file. Longer lines than this hold none.
  private static let widthLimit = 4096

  /// - Parameter path: as messages show it.
  /// - Parameter content: the file, in any encoding that has ASCII in it.
  /// - Parameter rules: ids of the rules that there are.
  public init(path: String, content: [UInt8], syntax: Syntax, rules: [String]) {
    var pending: [Entry] = []
    var searches = 0
    let lines = Self.lines(content)
    for (index, bytes) in lines.enumerated() {
      let number = index + 1
      let blank = bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      let mark = bytes.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
      let isComment =
        mark == UInt8(ascii: "#") || (syntax == .lines && mark == UInt8(ascii: ";"))
      var found: [Entry] = []
      if bytes.count <= Self.widthLimit, Self.mentions(bytes) {
        let line = Line(path: path, number: number, text: String(decoding: bytes, as: UTF8.self))
        found = read(line, isComment: isComment, syntax: syntax, rules: rules)
      }
      if isComment {
        pending += found
        continue
      }
      if blank { unattached += pending }
      // A blank line parts a comment from what follows.
      if !blank {
        for (entry, isAbove) in pending.map({ ($0, true) }) + found.map({ ($0, false) }) {
          var entry = entry
          searches += 1
          entry.lines =
            searches <= Self.mostSearches
            ? Self.extent(of: index, in: lines, syntax, isAbove: isAbove) : number...number
          if entry.lines.count > 1 { blocks.append(entries.count) }
          places[number, default: []].append(entries.count)
          entries.append(entry)
        }
      }
      pending = []
    }
    unattached += pending
  }

  /// The comment that accepts findings of a rule at a line.
  public func entry(for rule: String, line: Int) -> Entry? {
    places[line]?.first { entries[$0].rules.contains(rule) }.map { entries[$0] }
      ?? blocks.first { entries[$0].lines.contains(line) && entries[$0].rules.contains(rule) }
      .map { entries[$0] }
  }

  // MARK: What a comment is about

  /// The lines that a comment above one, or behind it, is about.
  private static func extent(
    of index: Int, in lines: [ArraySlice<UInt8>], _ syntax: Syntax, isAbove: Bool
  ) -> ClosedRange<Int> {
    var range = index...index
    switch syntax {
    case .lines: break
    case .shell:
      // A command that goes on.
      while lines[range.upperBound].last == UInt8(ascii: "\\"), range.upperBound + 1 < lines.count,
        range.count < YAMLBlock.longest
      {
        range = index...range.upperBound + 1
      }
    case .yaml:
      if let start = isAbove ? index : YAMLBlock.item(around: index, in: lines) {
        let block = min(start, index)...max(YAMLBlock.end(of: start, in: lines), index)
        if isAbove || !YAMLBlock.holdsList(block, in: lines) { range = block }
      }
    }
    return range.lowerBound + 1...range.upperBound + 1
  }

  // MARK: One line

  private struct Line {
    var path: String
    var number: Int
    var text: String
    var scalars: [Unicode.Scalar]

    init(path: String, number: Int, text: String) {
      self.path = path
      self.number = number
      self.text = text
      scalars = Array(text.unicodeScalars)
    }

    func text(_ range: Range<Int>) -> String {
      var text = String.UnicodeScalarView()
      for index in range { text.append(scalars[index]) }
      return String(text)
    }

    /// The first place at or after `start` where `word` stands.
    func place(of word: String, from start: Int = 0) -> Int? {
      let word = Array(word.unicodeScalars)
      guard scalars.count >= word.count else { return nil }
      return (start..<max(start, scalars.count - word.count + 1)).first {
        scalars[$0..<$0 + word.count].elementsEqual(word)
      }
    }

    func trimmed(_ range: Range<Int>) -> Range<Int> {
      var (start, end) = (range.lowerBound, range.upperBound)
      while start < end, scalars[start].properties.isWhitespace { start += 1 }
      while end > start, scalars[end - 1].properties.isWhitespace { end -= 1 }
      return start..<end
    }
  }

  private static let word = "sockwise:"

  private static func mentions(_ bytes: ArraySlice<UInt8>) -> Bool {
    let word = Array(word.utf8)
    guard bytes.count > word.count else { return false }
    return (bytes.startIndex...bytes.endIndex - word.count).contains {
      bytes[$0] == word[0] && bytes[$0..<$0 + word.count].elementsEqual(word)
    }
  }

  /// The comment of a line, if it is ours, with what is wrong with it.
  private mutating func read(
    _ line: Line, isComment: Bool, syntax: Syntax, rules: [String]
  ) -> [Entry] {
    guard let word = line.place(of: Self.word),
      let mark = (0..<word).last(where: {
        line.scalars[$0] == "#" || (syntax == .lines && line.scalars[$0] == ";")
      }), line.trimmed(mark + 1..<word).isEmpty,
      mark == 0 || line.scalars[mark - 1].properties.isWhitespace
    else { return [] }
    func complain(
      _ range: Range<Int>, _ message: String, hint: @autoclosure () -> String? = nil
    ) {
      guard diagnostics.count < Self.mostDiagnostics else {
        moreProblems += 1
        return
      }
      diagnostics.append(
        RuleDiagnostic(
          path: line.path, line: line.number, column: range.lowerBound + 1,
          length: max(1, range.count), severity: .warning, message: message,
          sourceLine: line.text, hint: hint()))
    }
    let comment = mark..<line.trimmed(mark..<line.scalars.count).upperBound
    guard isComment || syntax != .lines else {
      complain(
        comment, "a comment after a value is part of the value here, so it accepts nothing",
        hint: "write it on the line before")
      return []
    }
    let usage = "write: # sockwise: ignore[rule-id] reason"
    let verb = line.trimmed(word + Self.word.unicodeScalars.count..<comment.upperBound)
    guard line.place(of: "ignore[", from: verb.lowerBound) == verb.lowerBound,
      let close = line.place(of: "]", from: verb.lowerBound)
    else {
      complain(comment, "comment is for Sockwise and says nothing that it knows", hint: usage)
      return []
    }
    var names: [String] = []
    var start = verb.lowerBound + "ignore[".count
    for index in start...close where line.scalars[index] == "," || index == close {
      let range = line.trimmed(start..<index)
      let name = line.text(range)
      start = index + 1
      if rules.contains(name) {
        names.append(name)
      } else if name.isEmpty {
        complain(verb, "comment names no rule", hint: usage)
      } else {
        complain(range, "no rule is called '\(name)'", hint: Names.hint(for: name, among: rules))
      }
    }
    let reason = line.text(line.trimmed(close + 1..<comment.upperBound))
    if reason.isEmpty {
      complain(comment, "comment gives no reason, so it accepts nothing", hint: usage)
      return []
    }
    guard !names.isEmpty else { return [] }
    return [
      Entry(
        rules: names, reason: reason, lines: line.number...line.number,
        location: SourceLocation(
          path: line.path, line: line.number, column: comment.lowerBound + 1,
          endColumn: comment.upperBound + 1))
    ]
  }

  /// Lines without their ends; a carriage return before a line feed is part of the end.
  private static func lines(_ content: [UInt8]) -> [ArraySlice<UInt8>] {
    content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }
  }
}
