internal import CEL

/// What the active profile of TuneD writes: the `[sysctl]` sections of its `tuned.conf` and of those
/// that it includes (tuned.conf(5)).
struct TunedProfile {
  private(set) var statements: [SysctlStatement] = []
  /// `reapply_sysctl` of `/etc/tuned/tuned-main.conf`: whether the administrator's files of sysctl.d
  /// are written once more after the profile, so that they win.
  private(set) var reappliesSysctls = true
  private(set) var isActive = false

  private let root: HostRoot
  private var seen: Set<String> = []

  static let activeProfile = "/etc/tuned/active_profile"
  private static let main = "/etc/tuned/tuned-main.conf"
  /// The first that has a profile wins. The second pair is where TuneD 2.23 and later look.
  private static let directories = [
    "/etc/tuned/profiles", "/etc/tuned", "/usr/lib/tuned/profiles", "/usr/lib/tuned",
  ]
  /// What has the directories and files above; what else is in them has the name of a profile.
  static let homes = ["/etc/tuned/", "/usr/lib/tuned/"]
  static let ownNames: Set<Substring> = [
    "active_profile", "profiles", "tuned-main.conf", "tuned.conf",
  ]
  /// Profiles that one may include, and those again.
  private static let mostProfiles = 32

  init(_ root: HostRoot) {
    self.root = root
    guard let active = root.text(Self.activeProfile).value else { return }
    let names = words(active).map(String.init)
    guard !names.isEmpty else { return }
    isActive = true
    for name in names { include(name) }
    for option in Self.options(root.text(Self.main).value ?? "", path: Self.main)
    where option.section.isEmpty && option.name == "reapply_sysctl" {
      reappliesSysctls = ["1", "true", "yes", "on"].contains(option.value.lowercased())
    }
  }

  /// Adds a profile: those that it includes first, so that its own settings win.
  private mutating func include(_ name: String) {
    // Names come from files: nothing else of the host is to be read through them.
    guard !name.utf8.contains(UInt8(ascii: "/")), name != ".", name != "..",
      seen.count < Self.mostProfiles, seen.insert(name).inserted
    else { return }
    for directory in Self.directories {
      let path = "\(directory)/\(name)/tuned.conf"
      guard let text = root.text(path).value else { continue }
      let options = Self.options(text, path: path)
      for option in options where option.section == "main" && option.name == "include" {
        for other in option.included { include(String(other)) }
      }
      statements += options.compactMap(\.statement)
      return
    }
  }

  /// One line of an INI file.
  struct Option {
    var section: String
    var name: String
    var value: String
    var nameLocation: SourceLocation
    var valueLocation: SourceLocation
    /// `type` of its section where that is not the section's name.
    var plugin: String?

    /// Whether it is a kernel parameter rather than one of the options that every section has.
    private var isSysctl: Bool {
      (plugin ?? section) == "sysctl" && !["type", "replace", "enabled"].contains(name)
    }

    /// Whether a variable or a function of TuneD makes the value: it is known at run time only.
    var isTemplated: Bool { isSysctl && value.utf8.contains(UInt8(ascii: "$")) }

    /// Of `include`: the names of profiles.
    var included: [Substring] {
      value.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\n" })
    }

    var statement: SysctlStatement? {
      guard isSysctl, !isTemplated else { return nil }
      let key = SysctlKey(name)
      guard key.mayExist else { return nil }
      var bytes = Array(value.utf8)
      let condition = bytes.count > 1 ? SysctlCondition(rawValue: bytes[0]) : nil
      if condition != nil { bytes.removeFirst() }
      var statement = SysctlStatement(
        writer: .tuned, key: key, value: bytes, keyLocation: nameLocation,
        valueLocation: valueLocation, sourceText: "\(name) = \(value)")
      statement.condition = condition
      return statement
    }
  }

  static func options(_ text: String, path: String) -> [Option] {
    var section = ""
    var options: [Option] = []
    var plugins: [String: String] = [:]
    var number = 0
    for line in text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false) {
      number += 1
      let whole = trimmed(Substring(line))
      guard let first = whole.utf8.first, first != UInt8(ascii: "#"), first != UInt8(ascii: ";")
      else { continue }
      if first == UInt8(ascii: "["), whole.utf8.last == UInt8(ascii: "]") {
        section = String(whole.dropFirst().dropLast())
        continue
      }
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = trimmed(Substring(line[..<equals]))
      var value = trimmed(Substring(line[line.index(after: equals)...]))
      // TuneD itself takes quotes away.
      if value.utf8.count > 1, value.utf8.first == UInt8(ascii: "\""),
        value.utf8.last == UInt8(ascii: "\"")
      {
        value = String(value.dropFirst().dropLast())
      }
      if name == "type" { plugins[section] = value }
      func location(_ part: String, from start: Substring.UTF8View) -> SourceLocation {
        let blanks = start.prefix(while: isBlank).count
        let before = Substring(line[..<start.startIndex]).unicodeScalars.count + blanks
        return SourceLocation(
          path: path, line: number, column: before + 1,
          endColumn: before + 1 + part.unicodeScalars.count)
      }
      options.append(
        Option(
          section: section, name: name, value: value,
          nameLocation: location(name, from: line[..<equals]),
          valueLocation: location(
            trimmed(Substring(line[line.index(after: equals)...])),
            from: line[line.index(after: equals)...])))
    }
    for index in options.indices { options[index].plugin = plugins[options[index].section] }
    return options
  }
}
