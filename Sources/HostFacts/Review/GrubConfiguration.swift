internal import YAML

// `sysctl.KEY=VALUE` on the kernel's command line, as /etc/default/grub sets it.
// Documentation/admin-guide/kernel-parameters.txt of Linux
extension ForeignFile {
  /// A line that sets one of the variables.
  struct GrubAssignment {
    var variable: GrubVariable
    /// Whether what the variable held stays, or may stay: it is named in the value, or a condition
    /// may stand before.
    var keepsEarlier: Bool
    /// Among those of the file, what it sets.
    var statements: Range<Int>
    var line: Int
    /// Whether these are all; a variable or a command may write more, or a line that follows.
    var isWhole: Bool
  }

  /// Others are for recovery, or take the place of these under Xen.
  enum GrubVariable: String, CaseIterable {
    case always = "GRUB_CMDLINE_LINUX"
    /// Of what boots by default, behind the other.
    case byDefault = "GRUB_CMDLINE_LINUX_DEFAULT"
  }

  /// Notes the parameters, and answers which line sets which.
  @discardableResult
  mutating func readGrub() -> [GrubAssignment] {
    var assignments: [GrubAssignment] = []
    var number = 1
    while let line = source.range(ofLine: number) {
      if let assignment = readAssignment(in: line, number) { assignments.append(assignment) }
      number += 1
    }
    return assignments
  }

  /// How far the "=" of an assignment is looked for.
  private static let longestStart = 256

  private mutating func readAssignment(in line: Range<Int>, _ number: Int) -> GrubAssignment? {
    guard let equals = line.prefix(Self.longestStart).first(where: { source.scalars[$0] == "=" })
    else { return nil }
    let start = source.text(line.lowerBound..<equals)
    let words = start.split { $0 == " " || $0 == "\t" }
    guard var name = words.last, start.hasSuffix(name), !words[0].hasPrefix("#") else {
      return nil
    }
    let isAdded = name.hasSuffix("+")
    if isAdded { name.removeLast() }
    guard let variable = GrubVariable(rawValue: String(name)) else { return nil }
    let isConditional = !start.hasPrefix(words[0]) || words.count > 1 && words[0] != "export"
    let (before, templatedBefore) = (statements.count, templated)
    let value = unquoted(equals + 1..<line.upperBound)
    readParameters(value.characters)
    let isKnown = value.expansions.allSatisfy { GrubVariable(rawValue: $0) != nil }
    return GrubAssignment(
      variable: variable,
      keepsEarlier: isAdded || isConditional || value.expansions.contains(variable.rawValue),
      statements: before..<statements.count, line: number,
      isWhole: isKnown && !value.isOpen && templated == templatedBefore)
  }

  private mutating func readParameters(_ characters: [Character]) {
    for word in words(characters) {
      guard
        word.starts(with: "sysctl.".unicodeScalars, by: { $0.scalar == $1 })
          || word.starts(with: "sysctl/".unicodeScalars, by: { $0.scalar == $1 }),
        let equals = word.firstIndex(where: { $0.scalar == "=" })
      else { continue }
      let key = text(word[7..<equals], at: word[equals].index)
      let value = text(word[(equals + 1)...], at: word[equals].index + 1)
      if key.text.hasVariables || value.text.utf8.contains(UInt8(ascii: "$")) {
        addTemplated()
      } else {
        add(.commandLine, key: key, value: value)
      }
    }
  }

  private typealias Character = (scalar: Unicode.Scalar, index: Int)

  private struct ShellWord {
    var characters: [Character] = []
    /// The names of variables in it; "" for a command or another expansion.
    var expansions: [String] = []
    /// Whether it goes on in the next line.
    var isOpen = false
  }

  /// What a shell makes of a word: without its quotes and backslashes.
  private func unquoted(_ range: Range<Int>) -> ShellWord {
    var result = ShellWord()
    var quote: Unicode.Scalar?
    var index = range.lowerBound
    while index < range.upperBound {
      let scalar = source.scalars[index]
      defer { index += 1 }
      switch (scalar, quote) {
      case ("'", "'"), ("\"", "\""): quote = nil
      case ("'", nil), ("\"", nil): quote = scalar
      case (" ", nil), ("\t", nil), ("\r", nil): return result
      case ("\\", nil), ("\\", "\""):
        guard index + 1 < range.upperBound else {
          result.isOpen = true
          return result
        }
        let next = source.scalars[index + 1]
        if quote != nil && !["\"", "\\", "$", "`"].contains(next) {
          result.characters.append((scalar, index))
        }
        index += 1
        result.characters.append((next, index))
      default:
        if quote != "'", scalar == "$" || scalar == "`" {
          result.expansions.append(variable(at: index, before: range.upperBound))
        }
        result.characters.append((scalar, index))
      }
    }
    result.isOpen = quote != nil
    return result
  }

  /// The name in `$NAME` or `${NAME}`; "" where something else stands there.
  private func variable(at index: Int, before end: Int) -> String {
    guard source.scalars[index] == "$" else { return "" }
    let hasBrace = index + 1 < end && source.scalars[index + 1] == "{"
    let start = index + (hasBrace ? 2 : 1)
    // No name that is known is longer.
    let name = (start..<max(start, end)).prefix(64).prefix { place in
      let scalar = source.scalars[place]
      return scalar.isASCII && (scalar == "_" || scalar.properties.isAlphabetic)
    }
    guard !hasBrace || name.endIndex < end && source.scalars[name.endIndex] == "}" else {
      return ""
    }
    return source.text(name)
  }

  /// The parameters, as next_arg() in the kernel's lib/cmdline.c parts them: blanks between double
  /// quotes belong to one.
  private func words(_ characters: [Character]) -> [[Character]] {
    var words: [[Character]] = [[]]
    var isQuoted = false
    for character in characters {
      if character.scalar == "\"" {
        isQuoted.toggle()
      } else if !isQuoted && character.scalar.properties.isWhitespace {
        words.append([])
      } else {
        words[words.count - 1].append(character)
      }
    }
    return words
  }

  private func text(_ characters: ArraySlice<Character>, at empty: Int) -> Text {
    var text = ""
    text.unicodeScalars.append(contentsOf: characters.map(\.scalar))
    let first = characters.first?.index ?? empty
    return Text(text: text, range: first..<(characters.last?.index ?? empty - 1) + 1)
  }
}
