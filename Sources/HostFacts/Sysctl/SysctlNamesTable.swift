internal import CEL

extension SysctlNames {
  /// A section of the table: keys that are the same but for their last components.
  ///
  /// A line is a name and its marks: `+6.14` the first version that has it (without: 4.18 or earlier),
  /// `~5.10` the version from which it may be there all the same, `-4.12` the first version without it
  /// (`-?`: one before 4.18), `?XFRM` the kernel option it needs. After `#` stands a remark: where a
  /// version comes from. Names are in the order of their bytes.
  struct Section: Sendable {
    /// Such as `net.ipv4.conf.*`.
    let name: String
    /// Whether no kernel has others; else a key is unknown only where it is like one of them.
    let isComplete: Bool
    private let lines: SortedText

    init(_ name: String, isComplete: Bool = true, _ lines: StaticString) {
      self.name = name
      self.isComplete = isComplete
      self.lines = SortedText(lines)
    }

    /// All names, in order.
    var names: [Name] {
      lines.entries().map { Name(section: name, name: $0.key, marks: $0.rest) }
    }

    subscript(_ key: String) -> Name? {
      lines.rest(of: key).map { Name(section: name, name: key, marks: $0) }
    }

    /// Names that a misspelt one may have meant, and how many changes away they are: one of a short
    /// name, two of another.
    func names(near text: String) -> [(distance: Int, name: Name)] {
      let text = EditDistance(from: text, limit: text.unicodeScalars.count < 5 ? 1 : 2)
      return lines.entries { text.mayBeNear($0) }.compactMap { entry in
        text.to(entry.key).map {
          ($0, Name(section: name, name: entry.key, marks: entry.rest))
        }
      }
    }
  }
}

extension SysctlNames.Name {
  /// Reads the marks of a line.
  fileprivate init(section: String, name: String, marks: String) {
    self.init(section: section, name: name)
    for word in words(Substring(marks.utf8.prefix { $0 != UInt8(ascii: "#") })) { mark(word) }
  }

  private mutating func mark(_ word: Substring) {
    let value = word.dropFirst()
    let version = KernelVersion(release: value)
    switch word.first {
    case "+": added = version
    case "~": perhapsFrom = version
    case "-": removed = version.map { .version($0) } ?? .before418
    case "?": option = String(value)
    default: break
    }
  }
}
