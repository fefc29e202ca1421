import ArgumentParser
import Glibc
import Rules

/// Which configuration file is read: `--config` and `--no-config`.
struct ConfigurationArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read this configuration file instead of the '.sockwise.yaml' in the nearest directory above.",
      valueName: "FILE"))
  var config: String?

  @Flag(help: "Read no configuration file.")
  var noConfig = false

  func validate() throws {
    if config != nil && noConfig {
      throw ValidationError("--config and --no-config exclude each other")
    }
  }

  /// The configuration for a path, and whether something is wrong with it, which is said on standard
  /// error.
  func configuration(for path: String, rules: RuleSet) -> (Configuration, isWrong: Bool) {
    guard !noConfig, let file = config ?? Self.nearest(to: path) else {
      return (Configuration(), false)
    }
    let read = ConfigurationFile.read(file, rules: rules, isNamed: config != nil)
    return (read.configuration, read.diagnostics.report())
  }

  /// The configuration file in the directory of a path or the nearest one above that has one.
  private static func nearest(to path: String) -> String? {
    guard var directory = resolved(path) else { return nil }
    if !isDirectory(directory) { directory = parent(of: directory) }
    while true {
      let file =
        directory == "/" ? "/" + ConfigurationFile.name : "\(directory)/\(ConfigurationFile.name)"
      if unsafe access(file, F_OK) == 0 { return shown(file) }
      if directory == "/" { return nil }
      directory = parent(of: directory)
    }
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// A path below the working directory is shown relative to it.
  private static func shown(_ path: String) -> String {
    guard let here = resolved("."), path.hasPrefix(here + "/") else { return path }
    return String(path.dropFirst(here.count + 1))
  }

  /// A path without links; nil where it is none.
  static func resolved(_ path: String) -> String? {
    guard let pointer = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(pointer) }
    return unsafe String(cString: pointer)
  }

  /// The directory of a configuration file, for the patterns in it; "/" where there is none.
  static func directory(of configuration: Configuration) -> String {
    configuration.path.flatMap(resolved).map(parent) ?? "/"
  }
}
