internal import CEL

/// `[Install]` of a unit: what `systemctl enable` would link.
struct UnitInstall: Hashable, Sendable {
  var aliases: [String] = []
  var wantedBy: [String] = []
  var requiredBy: [String] = []
  var also: [String] = []
  var defaultInstance: String?
  /// Whether one of the files could not be read to its end.
  var isBroken = false

  /// Whether enabling it does something.
  var hasRules: Bool { !aliases.isEmpty || !wantedBy.isEmpty || !requiredBy.isEmpty }

  /// Adds what one file says, in order.
  mutating func add(_ file: UnitFile, to unit: UnitName) {
    if file.failure != nil { isBroken = true }
    let specifiers = UnitSpecifiers(name: unit, path: nil)
    for case .assignment(let assignment) in file.lines where assignment.section == "Install" {
      let words = words(assignment.value).compactMap { specifiers.expand($0, in: .name) }
      switch assignment.name {
      case "Alias": add(words, to: \.aliases)
      case "WantedBy": add(words, to: \.wantedBy)
      case "RequiredBy": add(words, to: \.requiredBy)
      // An empty one takes nothing back.
      case "Also": also += words
      case "DefaultInstance":
        guard unit.isTemplate else { continue }
        let value = specifiers.expand(assignment.value, in: .name) ?? ""
        defaultInstance = value.isEmpty ? nil : value
      default: continue
      }
    }
  }

  private mutating func add(_ words: [String], to list: WritableKeyPath<UnitInstall, [String]>) {
    if words.isEmpty { self[keyPath: list] = [] } else { self[keyPath: list] += words }
  }

  private func words(_ value: String) -> [String] {
    var split = UnitWords(value)
    var words: [String] = []
    while case .word(let word) = split.next([.unquote, .keepBackslashes]) { words.append(word) }
    return words
  }
}
