import Rules

extension TextReport {
  /// Names listed before the rest is counted.
  private static let namesLimit = 3

  mutating func printUndecided() {
    guard !report.undecided.isEmpty else { return }
    page.blank()
    page.line(.init("Could not check", .strong))
    for group in report.undecidedGroups {
      page.prose(indent: 2, hanging: 2, .init(group.heading))
      if !group.facts.isEmpty {
        page.prose(indent: 4, hanging: 2, .init("reading \(names(group.facts))", .faint))
      }
      for (rule, subjects) in group.rules where !subjects.isEmpty {
        page.prose(indent: 4, hanging: 2, .init(rule + ":"), .init(names(subjects)))
      }
      let whole = group.rules.filter(\.subjects.isEmpty).map(\.rule)
      if !whole.isEmpty { page.prose(indent: 4, hanging: 2, .init(whole.joined(separator: ", "))) }
    }
  }

  /// A list in prose; the names are escaped here, so that their line breaks show.
  private func names(_ listed: [String]) -> String {
    let names = listed.map(\.shown)
    guard verbosity < .verbose, names.count > Self.namesLimit + 1 else {
      return names.joined(separator: ", ")
    }
    let first = names.prefix(Self.namesLimit).joined(separator: ", ")
    return "\(first) and \(names.count - Self.namesLimit) more"
  }
}
