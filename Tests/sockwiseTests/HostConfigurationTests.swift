import TestSupport
import Testing

/// `/etc/sockwise/sockwise.yaml` through the built binary.
@Suite struct HostConfigurationTests {
  private static let fixtures = Checkout.root + "/Tests/Fixtures/rules"
  /// One high and one low finding, and one that fails, on every host.
  private static let always = ["audit", "--rules", fixtures + "/always", "--only", "always"]

  /// Runs it with this configuration in /etc.
  private func run(_ configuration: String, _ arguments: [String] = []) throws
    -> Subprocess.Result
  {
    let directory = try TemporaryDirectory()
    try TextFile.write(configuration, to: directory.path("etc/sockwise/sockwise.yaml"))
    try TextFile.write("", to: directory.path("work/.keep"))
    let script = """
      mount -t tmpfs tmpfs '\(directory.path)/work'
      mkdir '\(directory.path)/work/upper' '\(directory.path)/work/work'
      cp -r '\(directory.path)/etc/sockwise' '\(directory.path)/work/upper/'
      mount -t overlay overlay /etc \
        -o lowerdir=/etc,upperdir='\(directory.path)/work/upper',workdir='\(directory.path)/work/work'
      exec "$@"
      """
    return try BuiltBinary.run(Self.always + arguments, through: script, ownMounts: true)
  }

  @Test(.needsMounts) func decidesWhatCounts() throws {
    #expect(try run("").status == 1)
    #expect(try run("fail_on: never\n").status == 0)
    let skipped = try run("skip: [always-high]\nfail_on: low\n")
    #expect(skipped.status == 1)
    #expect(!skipped.output.contains("HIGH"))
    let waived = try run("waivers: [{ rule: always-high, reason: Known. }]\n")
    #expect(waived.status == 0)
    #expect(waived.output.contains("Known."))
    #expect(!(try run("min_severity: medium\n").output.contains("LOW ")))
  }

  @Test(.needsMounts) func theCommandLineWins() throws {
    #expect(try run("fail_on: never\n", ["--fail-on", "high"]).status == 1)
    #expect(try run("fail_on: never\n", ["--no-config"]).status == 1)
    #expect(
      try run("min_severity: medium\n", ["--min-severity", "low"]).output.contains("LOW "))
    let only = try run("skip: [always-high]\n", ["--only", "always-high"])
    #expect(only.output.contains("HIGH"))
    let directory = try TemporaryDirectory()
    try TextFile.write("skip: [always-low]\n", to: directory.path("other.yaml"))
    let named = try run("fail_on: never\n", ["--config", directory.path("other.yaml")])
    #expect(named.status == 1)
    #expect(!named.output.contains("LOW "))
  }

  @Test(.needsMounts) func everyMistakeIsToldAndTheRestIsRun() throws {
    let result = try run("fail_onn: never\nskip: [always-hihg]\nmin_severity: medium\n")
    #expect(result.status == 2)
    #expect(
      result.errors.hasPrefix(
        """
        /etc/sockwise/sockwise.yaml:1:1: error: unknown key 'fail_onn'
          fail_onn: never
          ^~~~~~~~
          did you mean 'fail_on'?
        """), "\(result.errors)")
    #expect(
      result.errors.contains("sockwise.yaml:2:8: error: no rule or tag is called 'always-hihg'"))
    #expect(result.output.contains("HIGH"))
    #expect(!result.output.contains("LOW "))
  }

  @Test(.needsMounts) func outputsAreWrittenWhereSomebodyAsksForThem() throws {
    let directory = try TemporaryDirectory()
    let configuration =
      "outputs: { json: \(directory.path)/r.json, html: \(directory.path)/r.html }\n"
    #expect(try run(configuration).status == 1)
    #expect(try directory.names() == [])
    #expect(try run(configuration, ["--configured-outputs"]).status == 1)
    #expect(try directory.names() == ["r.html", "r.json"])
    let metrics = directory.path("r.prom")
    let unwritable = try run(
      "outputs: { prometheus: \(metrics), json: /nonexistent/r }\n", ["--configured-outputs"])
    #expect(unwritable.status == 5)
    // Metrics are written last, and tell it.
    #expect(try TextFile.read(metrics).contains(/\nsockwise_last_run_success\{[^}]*\} 0\n/))
  }

  @Test(.needsMounts) func filesOfAnotherHostAreJudgedWithoutIt() throws {
    let directory = try TemporaryDirectory()
    try TextFile.write("x\n", to: directory.path("etc/hostname"))
    let result = try run("nonsense: 1\n", ["--root", directory.path])
    #expect(!result.errors.contains("nonsense"))
  }

  @Test(arguments: [
    (["--journal", "--root", "/"], "Error: --root and --journal exclude each other"),
    (["--state", "/x", "--root", "/"], "Error: --root and --state exclude each other"),
    (
      ["--journal=some"],
      "Error: --journal takes 'transitions' or 'all', or nothing; 'some' is neither"
    ),
    (["--config", "/x", "--no-config"], "Error: --config and --no-config exclude each other"),
    (
      ["--configured-outputs", "--no-config"],
      "Error: --configured-outputs and --no-config exclude each other"
    ),
  ]) func contradictionsAreTold(_ arguments: [String], _ message: String) throws {
    let result = try BuiltBinary.run(["audit"] + arguments)
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix(message), "\(result.errors)")
  }

  /// In the example that is shipped, a '#' and then a letter begins a setting; more lines of it are
  /// indented.
  @Test func theExampleIsValid() throws {
    let example = try TextFile.read(Checkout.root + "/systemd/sockwise.yaml")
    let lines = example.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.isEmpty || $0.hasPrefix("#") })
    let settings = lines.filter { line in
      let rest = line.dropFirst()
      return rest.first?.isLetter == true || rest.hasPrefix("  ")
    }.map { $0.dropFirst() }
    for key in [
      "skip", "enable", "params", "waivers", "fail_on", "min_severity", "journal", "outputs",
    ] {
      #expect(settings.contains { $0.hasPrefix("\(key):") }, "\(key)")
    }
    let directory = try TemporaryDirectory()
    let path = directory.path("sockwise.yaml")
    for text in [example, settings.joined(separator: "\n") + "\n"] {
      try TextFile.write(text, to: path)
      let result = try BuiltBinary.run(
        [
          "audit", "--only", "timestamps-disabled", "--enable", "timestamps-disabled", "--config",
          path,
        ])
      #expect(result.errors == "")
      #expect(result.status == 0)
    }
  }
}
