import ArgumentParser
import HostFacts
import RuleData
import Rules

/// Where rules come from, shared by every command that needs them.
struct RuleOptions: ParsableArguments {
  @Option(
    name: .customLong("rules"),
    help: ArgumentHelp(
      "Add a directory of rule files; a file of the same name replaces a built-in rule, an empty one turns it off. Repeatable.",
      valueName: "DIR"))
  var directories: [String] = []

  /// The built-in rules, then those of the system, then those named here; the later wins.
  func load() -> RuleSet {
    let builtIn = RuleSource.embedded(RuleData.files.map { ($0.path, $0.text) })
    let system = ["/usr/share/sockwise/rules", "/etc/sockwise/rules.d"]
      .compactMap { RuleSource.systemDirectory($0) }
    let named = directories.map { RuleSource.directory($0) }
    return RuleSet.load([builtIn] + system + named, schema: Host.schema)
  }
}
