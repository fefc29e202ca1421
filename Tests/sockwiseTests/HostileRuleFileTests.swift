import Glibc
import TestSupport
import Testing

/// Things that stand where rule files should.
struct HostileRuleFileTests {
  /// What must be refused within seconds, and with which words.
  private static let oddities: [(make: String, message: String)] = [
    ("truncate -s 100M x.yaml", "x.yaml: error: file is larger than 1 MiB, which no rule needs\n"),
    ("mkfifo x.yaml", "x.yaml: error: not a regular file\n"),
    ("ln -s /dev/zero x.yaml", "x.yaml: error: not a regular file\n"),
    ("ln -s /dev/tty x.yaml", "x.yaml: error: "),
    // By itself a directory without rules, in a directory of rules no file.
    ("mkdir x.yaml", "x.yaml: error: no"),
    (
      "ln -s x.yaml x.yaml",
      "x.yaml: error: file cannot be read: too many levels of symbolic links\n"
    ),
    (
      "head -c 100000 /dev/zero | tr '\\0' '[' > x.yaml",
      "x.yaml:1:41: error: not valid YAML: nested deeper than 40 levels\n"
    ),
    (
      "{ printf 'id: x\\ntags: '; head -c 100000 /dev/zero | tr '\\0' '{'; } > x.yaml",
      "x.yaml:2:46: error: not valid YAML: nested deeper than 40 levels\n"
    ),
    (
      "{ printf 'id: x\\nwhen: \"'; head -c 50000 /dev/zero | tr '\\0' '('; echo '\"'; } > x.yaml",
      "x.yaml:2:108: error: the expression is nested too deeply; the limit is 100 levels\n"
    ),
    ("head -c 1000000 /dev/urandom > x.yaml", "x.yaml:1:"),
  ]

  @Test(arguments: oddities)
  func isRefusedAndTheOtherRulesRun(_ oddity: (make: String, message: String)) throws {
    let directory = try TemporaryDirectory()
    let made = try Subprocess(
      program: "/bin/sh", arguments: ["-ec", "cd '\(directory.path)'; \(oddity.make)"]
    ).run()
    try #require(made.status == 0, "\(made.errors)")
    let file = directory.path("x.yaml")
    let check = try BuiltBinary.run(["rules", "check", file])
    #expect(check.status == 2)
    #expect(check.output == "")
    #expect(check.errors.contains(oddity.message), "\(check.errors)")
    #expect(check.errors.utf8.count < 100_000)

    let audit = try BuiltBinary.run(["audit", "--rules", directory.path])
    #expect(audit.status == 2)
    #expect(audit.errors.contains(oddity.message), "\(audit.errors)")
    #expect(audit.output.contains(" rules passed"))
  }

  @Test func linksThatLeadInCirclesAreNotFollowed() throws {
    let directory = try TemporaryDirectory()
    for (name, target) in [
      ("here", "."), ("up", ".."), ("one", "two"), ("two", "one"), ("proc", "/proc/self/root"),
    ] {
      let made = unsafe symlink(target, directory.path(name))
      try #require(made == 0)
    }
    let audit = try BuiltBinary.run(["audit", "--rules", directory.path])
    #expect(audit.errors == "")
    #expect(audit.output.contains(" rules passed"))
  }

  @Test func directoriesWithoutEndAreGivenUp() throws {
    let directory = try TemporaryDirectory()
    let deep = directory.path(Array(repeating: "d", count: 500).joined(separator: "/"))
    try TextFile.write("", to: deep + "/x.yaml")
    let audit = try BuiltBinary.run(["audit", "--rules", directory.path])
    #expect(audit.status == 2)
    #expect(audit.errors.contains("directories are nested deeper than 8 levels"))
  }

  @Test(arguments: ["/dev/zero", "/dev/tty", "/nowhere", "/proc/self/mem", "/proc/kmsg"])
  func whatIsNoDirectoryIsRefused(_ path: String) throws {
    let audit = try BuiltBinary.run(["audit", "--rules", path])
    #expect(audit.status == 2)
    #expect(audit.errors.hasPrefix("\(path): error: directory cannot be read: "))
    #expect(audit.output.contains(" rules passed"))
  }

  @Test func aFifoInPlaceOfADirectoryDoesNotHang() throws {
    let directory = try TemporaryDirectory()
    let made = unsafe mkfifo(directory.path("fifo"), 0o644)
    try #require(made == 0)
    let audit = try BuiltBinary.run(["audit", "--rules", directory.path("fifo")])
    #expect(audit.status == 2)
    #expect(audit.errors.hasSuffix("directory cannot be read: not a directory\n"))
  }
}
