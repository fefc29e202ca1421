internal import CEL

/// What a recording keeps of the files that set kernel parameters. Lines that are left out are empty,
/// so that the others keep their numbers.
///
/// Files of tmpfiles.d and the kernel's command line say much else, passwords among it: only what sets
/// parameters is kept. In an anonymous recording that holds of all files, and only parameters that
/// the kernel itself names are kept, with values that name no one; comments are not.
struct RecordedConfiguration: Sendable {
  let anonymizer: Anonymizer?

  func callAsFunction(_ path: String, _ content: [UInt8]) -> [UInt8] {
    switch SysctlSources.kind(of: path) {
    case .commandLine: KernelCommandLine.only(content, where: keeps)
    case .sysctls: lines(content, sysctl)
    case .tmpfiles: lines(content, tmpfile)
    case .tuned: tuned(path, content)
    case nil: content
    }
  }

  // MARK: Statements

  private func keeps(_ statement: SysctlStatement) -> Bool {
    !statement.key.isSecret && (anonymizer == nil || Self.isHarmless(statement))
  }

  private static func isHarmless(_ statement: SysctlStatement) -> Bool {
    // A name may be all digits.
    statement.key.isOfKernel
      && !["kernel.hostname", "kernel.domainname"].contains(statement.key.dotted)
      && (statement.value.map(isHarmless) ?? true)
  }

  /// Numbers and lists of ports, and what a file may name of the kernel.
  private static func isHarmless(_ value: [UInt8]) -> Bool {
    value.allSatisfy {
      isDigit($0) || isBlank($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ",")
    } || names.contains(String(decoding: value, as: UTF8.self))
  }

  /// Queueing disciplines and congestion controls that come with the kernel.
  private static let names: Set<String> = [
    "bbr", "bbr3", "bic", "cake", "cubic", "dctcp", "fq", "fq_codel", "htcp", "hybla", "illinois",
    "noqueue", "pfifo_fast", "reno", "sfq", "vegas", "westwood",
  ]

  // MARK: Lines

  private func lines(
    _ content: [UInt8], _ kept: (ArraySlice<UInt8>) -> [UInt8]
  ) -> [UInt8] {
    var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map(kept)
    let end = lines.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
    lines.removeSubrange(end...)
    return Array(lines.map { $0 + [UInt8(ascii: "\n")] }.joined())
  }

  private func sysctl(_ line: ArraySlice<UInt8>) -> [UInt8] {
    guard !SysctlKey.namesSecret(line) else { return [] }
    guard anonymizer != nil else { return Array(line) }
    // systemd ends lines at carriage returns and at NUL too.
    var text = line
    if text.last == UInt8(ascii: "\r") { text.removeLast() }
    guard !text.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\r") }) else { return [] }
    let statements = SysctlFileText(Array(text), path: "", dialect: .systemd).statements
    // Then the line is a name and a value and nothing else.
    return statements.count == 1 && statements.allSatisfy(keeps) ? Array(text) : []
  }

  private func tmpfile(_ line: ArraySlice<UInt8>) -> [UInt8] {
    guard !SysctlKey.namesSecret(line),
      let statement = TmpfilesWrites.statements(Array(line), path: "").first, keeps(statement)
    else { return [] }
    guard anonymizer != nil else { return Array(line) }
    // Without the names of users and groups.
    return Array("w /proc/sys/".utf8) + statement.key.path + Array(" - - - - ".utf8)
      + (statement.value ?? [])
  }

  // MARK: TuneD

  private func tuned(_ path: String, _ content: [UInt8]) -> [UInt8] {
    guard let anonymizer else {
      return lines(content) { SysctlKey.namesSecret($0) ? [] : Array($0) }
    }
    let text = String(decoding: content, as: UTF8.self)
    if path == TunedProfile.activeProfile {
      return Array(words(text).map { anonymizer.profile($0) }.joined(separator: " ").utf8)
    }
    let options = Dictionary(
      TunedProfile.options(text, path: path).map { ($0.nameLocation.line ?? 0, $0) },
      uniquingKeysWith: { first, _ in first })
    var number = 0
    return lines(content) { line in
      number += 1
      let whole = trimmed(String(decoding: line, as: UTF8.self))
      if whole.hasPrefix("["), whole.hasSuffix("]") {
        let name = whole.dropFirst().dropLast()
        return Array((Self.sections.contains(name) ? whole : "[\(anonymizer.section(name))]").utf8)
      }
      return Array((options[number].flatMap { option($0, anonymizer) } ?? "").utf8)
    }
  }

  private static let sections: [Substring] = ["main", "sysctl"]

  private func option(_ option: TunedProfile.Option, _ anonymizer: Anonymizer) -> String? {
    switch (option.section, option.name, option.value.lowercased()) {
    case ("main", "include", _):
      return "include=" + option.included.map { anonymizer.profile($0) }.joined(separator: ",")
    case (_, "type", "sysctl"): return "type=sysctl"
    case ("", "reapply_sysctl", let value) where Self.answers.contains(value):
      return "reapply_sysctl=\(value)"
    default:
      guard let statement = option.statement, keeps(statement) else { return nil }
      return statement.sourceText
    }
  }

  private static let answers = ["0", "1", "false", "true", "no", "yes", "off", "on"]
}

extension SysctlKey {
  /// Whether the kernel has, had or will have a parameter of that name, which then says nothing of
  /// this host: no interface is in it.
  var isOfKernel: Bool {
    switch SysctlNames.status(of: dotted, on: nil) {
    case .exists, .removed, .notYet: break
    case .unknown, .notJudged:
      guard SysctlCatalog.entries.contains(where: { $0.key == dotted }) else { return false }
    }
    let parts = components.map { String(decoding: $0, as: UTF8.self) }
    guard parts.contains("conf") || parts.contains("neigh") else { return true }
    return parts.count == 5 && ["all", "default", "lo", "*"].contains(parts[3])
  }

  /// Parameters whose values are secrets, or long and random.
  private static let secrets = ["tcp_fastopen_key", "stable_secret", "netdev_rss_key"]
    .map { Array($0.utf8) }

  var isSecret: Bool { components.last.map { Self.secrets.contains(Array($0)) } ?? false }

  /// Whether a line has the name of such a parameter anywhere in it.
  static func namesSecret(_ line: ArraySlice<UInt8>) -> Bool {
    // Each of them has it, and few lines do.
    line.contains(UInt8(ascii: "_")) && secrets.contains { line.firstRange(of: $0) != nil }
  }
}
