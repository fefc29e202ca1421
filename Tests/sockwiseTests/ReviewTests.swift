import TestSupport
import Testing

/// `sockwise review` through the built binary.
@Suite struct ReviewTests {
  private static let shop = Checkout.root + "/Tests/Fixtures/repositories/shop"

  /// Runs it in a directory.
  static func review(
    _ arguments: [String], in directory: String, as user: BuiltBinary.User = .caller
  ) throws -> Subprocess.Result {
    try BuiltBinary.run(
      ["review"] + arguments, as: user,
      through: "cd '\(directory)'; exec \"$@\"")
  }

  /// A directory with files in it, by name.
  static func repository(_ files: [String: String]) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    for (name, text) in files { try TextFile.write(text, to: directory.path(name)) }
    return directory
  }

  @Test func saysWhatIsWrongInARepository() throws {
    let result = try Self.review([], in: Self.shop)
    #expect(result.errors == "")
    #expect(result.status == 1)
    Golden.expect(result.output, matches: "repositories/shop.out")
  }

  @Test func aKernelDecidesWhatIsKnown() throws {
    let repository = try Self.repository([
      "sysctl.d/x.conf": "net.ipv4.tcp_tw_reuse_delay = 1000\n"
    ])
    let old = try Self.review(["--kernel", "6.1", "--format", "json"], in: repository.path)
    let new = try Self.review(["--kernel", "6.18", "--format", "json"], in: repository.path)
    #expect(old.output.contains("\"kernel\": \"6.1\""))
    #expect(new.output.contains("\"kernel\": \"6.18\""))
    #expect(try Self.review(["--kernel", "six"], in: repository.path).status == 2)
  }

  // MARK: Paths

  @Test func readsFilesThatAreNamed() throws {
    let repository = try Self.repository([
      "a.conf": "net.ipv4.tcp_timestamps = 0\n", "b.conf": "net.ipv4.tcp_timestamps = 1\n",
      "vendor/c.conf": "net.ipv4.tcp_timestamps = 0\n",
    ])
    let one = try Self.review(
      ["a.conf", "--only", "timestamps-disabled", "--fail-on", "low"], in: repository.path)
    #expect(one.status == 1)
    #expect(one.output.contains("a.conf:1"), "\(one.output)")
    let other = try Self.review(
      ["b.conf", "--only", "timestamps-disabled", "--fail-on", "low"], in: repository.path)
    #expect(other.status == 0)
    #expect(other.output.contains("reviewed 1 of 1 file: 'b.conf'"), "\(other.output)")
    let named = try Self.review(
      ["./vendor", "--only", "timestamps-disabled", "--fail-on", "low"], in: repository.path)
    #expect(named.status == 1)
    #expect(named.output.contains("vendor/c.conf:1"), "\(named.output)")
  }

  @Test func saysThatThereIsNothingToReview() throws {
    let repository = try Self.repository(["README.md": "# Nothing\n", "x.conf": "user www;\n"])
    let result = try Self.review(["--strict"], in: repository.path)
    #expect(result.status == 0)
    #expect(result.errors == "")
    #expect(result.output.contains("nothing to review: none of 2 files"), "\(result.output)")
  }

  @Test func saysWhichPathsAreNotThere() throws {
    let repository = try Self.repository(["a.conf": "net.ipv4.tcp_timestamps = 1\n"])
    let nothing = try Self.review(["gone"], in: repository.path)
    #expect(nothing.status == 2)
    #expect(nothing.errors == "sockwise: there is no 'gone'\n")
    #expect(nothing.output == "")
    let rest = try Self.review(["gone", "a.conf"], in: repository.path)
    #expect(rest.status == 2)
    #expect(rest.output.contains("reviewed 1 of 1 file"), "\(rest.output)")
  }

  // MARK: Configuration

  @Test func followsTheConfigurationOfTheNearestDirectory() throws {
    let repository = try Self.repository([
      ".sockwise.yaml": "fail_on: low\npaths: { exclude: [old, '*.bak.conf'] }\n",
      "etc/a.conf": "net.ipv4.tcp_timestamps = 0\n",
      "etc/old/b.conf": "net.ipv4.tcp_timestamps = 1\n",
    ])
    let only = ["--only", "timestamps-disabled"]
    let inside = try Self.review(only, in: repository.path("etc"))
    #expect(inside.status == 1)
    #expect(inside.output.contains("a.conf:1"), "\(inside.output)")
    let none = try Self.review(only + ["--no-config"], in: repository.path("etc"))
    #expect(none.status == 0)
    let said = try Self.review(only + ["--fail-on", "high"], in: repository.path("etc"))
    #expect(said.status == 0)
    try TextFile.write("skip: [timestamps-disabled]\n", to: repository.path("other.yaml"))
    let other = try Self.review(
      ["--config", "other.yaml", "--fail-on", "low"], in: repository.path)
    #expect(!other.output.contains("timestamps-disabled"))
  }

  @Test func saysWhatIsWrongWithTheConfiguration() throws {
    let repository = try Self.repository([
      ".sockwise.yaml": "skip: [timestamp-disabled]\n", "a.conf": "net.ipv4.tcp_timestamps = 1\n",
    ])
    let result = try Self.review([], in: repository.path)
    #expect(result.status == 2)
    #expect(
      result.errors == """
        .sockwise.yaml:1:8: error: no rule or tag is called 'timestamp-disabled'
          skip: [timestamp-disabled]
                 ^~~~~~~~~~~~~~~~~~
          did you mean 'timestamps-disabled'?

        """)
    #expect(result.output.contains("reviewed 1 of 2 files"), "\(result.output)")
    let gone = try Self.review(["--config", "gone.yaml"], in: repository.path)
    #expect(gone.status == 2)
    #expect(gone.errors.hasPrefix("gone.yaml: error: file cannot be read"), "\(gone.errors)")
  }
}
