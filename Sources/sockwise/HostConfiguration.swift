import ArgumentParser
import Glibc
import Reports
import Rules

/// Which configuration of the host is read: `--config` and `--no-config`.
struct HostConfigurationArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read this configuration file instead of '\(HostConfigurationChoice.standard)', which only an audit of this host reads.",
      valueName: "FILE"))
  var config: String?

  @Flag(help: "Read no configuration file.")
  var noConfig = false

  func validate() throws {
    if config != nil && noConfig {
      throw ValidationError("--config and --no-config exclude each other")
    }
  }

  var choice: HostConfigurationChoice {
    HostConfigurationChoice(config: config, noConfig: noConfig)
  }
}

/// The configuration of the host that was chosen.
struct HostConfigurationChoice {
  /// That of the system.
  static let standard = "/etc/sockwise/sockwise.yaml"

  /// The file to read instead.
  var config: String?
  var noConfig = false

  /// The file to read; nil for none.
  func file(isLive: Bool) -> String? {
    if noConfig { return nil }
    if let config { return config }
    return isLive && Self.standardIsThere ? Self.standard : nil
  }

  /// A link that leads nowhere is there: it is told, as everything else that cannot be read.
  private static var standardIsThere: Bool {
    var status = stat()
    return unsafe lstat(standard, &status) == 0
  }

  /// The configuration, and whether something is wrong with it, which is said on standard error.
  func read(_ file: String?, rules: RuleSet) -> (Configuration, isWrong: Bool) {
    guard let file else { return (Configuration(), false) }
    let read = ConfigurationFile.read(
      ofHost: file, rules: rules,
      formats: Dictionary(uniqueKeysWithValues: ReportFormat.all.map { ($0.name, $0.fileSuffix) }),
      isSystem: config == nil)
    return (read.configuration, read.diagnostics.report())
  }
}

extension Selection {
  /// Adds what a configuration chooses; the command line wins.
  mutating func add(_ configuration: Configuration) {
    skip += configuration.skip.filter { !only.contains($0) && !enable.contains($0) }
    enable += configuration.enable
  }
}

extension Configuration {
  /// What makes a run fail; nil where it does not say.
  var threshold: Threshold? { failOn.map { $0.severity.map(Threshold.severity) ?? .never } }

  /// The files to write.
  var outputRequests: [OutputRequest] {
    outputs.compactMap { output in
      ReportFormat.named(output.format).map {
        OutputRequest(format: $0, destination: .file(output.path))
      }
    }
  }
}
