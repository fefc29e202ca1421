import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Places where a report cannot go.
struct HostileOutputTests {
  private static let everyCommand = [
    ["--help"], ["--version"], ["audit", "--help"], ["audit"], ["audit", "--format", "json"],
    ["facts"], ["facts", "--format", "json"], ["rules", "list"], ["rules", "check"],
    ["rules", "test"], ["explain"], ["explain", "timestamps-disabled"],
  ]

  @Test(arguments: everyCommand)
  func aFullDiskUnderStandardOutputIsSaid(_ arguments: [String]) throws {
    let result = try BuiltBinary.run(arguments, through: "exec \"$@\" >/dev/full")
    #expect(result.status == 5)
    #expect(result.errors == "sockwise: cannot write standard output: No space left on device\n")
  }

  @Test(arguments: everyCommand)
  func aReaderThatGoesAwayIsNoError(_ arguments: [String]) throws {
    let result = try BuiltBinary.run(arguments, output: .closedPipe)
    let usual = try BuiltBinary.run(arguments)
    #expect(result.status == usual.status)
    #expect(result.errors == usual.errors)
  }

  @Test(arguments: everyCommand)
  func withoutStandardOutputNothingIsWrittenElsewhere(_ arguments: [String]) throws {
    let result = try BuiltBinary.run(arguments, through: "exec \"$@\" >&-")
    #expect(result.status == 5)
    #expect(result.errors == "sockwise: cannot write standard output: Bad file descriptor\n")
  }

  @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
  func aClosedStreamLosesOnlyItself(_ closed: String) throws {
    let directory = try TemporaryDirectory()
    let file = directory.path("report.json")
    try TextFile.write("id: wrong\n", to: directory.path("rules/wrong.yaml"))
    let result = try BuiltBinary.run(
      ["audit", "--rules", directory.path("rules"), "--output", "json=\(file)"],
      through: "exec \"$@\" \(closed)")
    let streams = Set(closed.split(separator: " "))
    #expect(result.status == (streams.contains(">&-") ? 5 : 2))
    #expect(result.output.isEmpty == streams.contains(">&-"))
    #expect(result.errors.contains("wrong.yaml:1:") != streams.contains("2>&-"))
    let report = try JSONDecoder().decode(
      AuditResult.Report.self, from: Data(try TextFile.read(file).utf8))
    #expect(!report.notices.isEmpty)
    #expect(try directory.names() == ["report.json", "rules"])
  }

  /// A file or socket with the number of a standard stream would get the text that goes there.
  @Test func nothingElseGetsTheNumbersOfClosedStreams() throws {
    var targets: [String] = []
    let result = try BuiltBinary.run(
      ["audit", "--sample", "2s"], through: "exec \"$@\" <&- >&- 2>&-"
    ) { process in
      // By then it waits for the second sample, and its sources' pipes are open.
      usleep(1_000_000)
      for number in 0...2 {
        targets.append(Self.link("/proc/\(process)/fd/\(number)"))
      }
    }
    #expect(targets == ["/", "/", "/"])
    #expect(result.status == 5)
  }

  private static func link(_ path: String) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink(path, &buffer, buffer.count)
    return String(
      decoding: buffer.prefix(max(count, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The file that was there stays as it was, and nothing else is left.
  @Test(.needsMounts) func aFullDiskLeavesTheOldReport() throws {
    let directory = try TemporaryDirectory()
    let script = """
      mount -t tmpfs -o size=16k none '\(directory.path)'; cd '\(directory.path)'
      echo old > report.json; head -c 12k /dev/zero > ballast
      set +e; "$@"; echo "status $?"; ls -A; cat report.json
      """
    let result = try BuiltBinary.run(
      ["audit", "--quiet", "--output", "json=report.json"], through: script, ownMounts: true)
    #expect(result.output.hasSuffix("status 5\nballast\nreport.json\nold\n"))
    #expect(result.errors == "sockwise: cannot write 'report.json': No space left on device\n")
  }

  @Test func placesThatAreNoFilesAreRefused() throws {
    let directory = try TemporaryDirectory()
    let made = unsafe mkfifo(directory.path("fifo"), 0o644)
    try #require(made == 0)
    for (place, reason) in [
      (directory.path, "it is a directory"), (directory.path("no/where"), "No such file"),
      ("/dev/full", "it is not a regular file"), ("/dev/stdout", "it is a symbolic link"),
      (directory.path("fifo"), "it is not a regular file"), ("/proc/report", ""),
    ] {
      let result = try BuiltBinary.run(["audit", "--output", "json=\(place)"])
      #expect(result.status == 5, "\(place)")
      #expect(result.errors.hasPrefix("sockwise: cannot write '\(place)': \(reason)"))
      #expect(result.output.contains(" rules passed"))
    }
    #expect(try directory.names() == ["fifo"])
  }

  // MARK: Terminals

  @Test(arguments: [0, 1, 2, 7, 65535])
  func terminalsMayHaveAnyWidth(_ columns: Int) throws {
    for arguments in ["audit", "facts", "--help", "audit --help", "explain timestamps-disabled"] {
      var script = Subprocess(
        program: "/usr/bin/script",
        arguments: [
          "-qec", "stty cols \(columns) rows 0; exec '\(BuiltBinary.path)' \(arguments)",
          "/dev/null",
        ])
      script.environment = ["PATH=/usr/bin:/bin", "TERM=xterm", "SHELL=/bin/sh"]
      let result = try script.run()
      #expect(result.status == 0, "\(arguments)")
      #expect(result.output.utf8.count > 100, "\(arguments)")
    }
  }

  @Test(arguments: ["0", "1", "-1", "99999999999999999999", "many", ""])
  func theVariableCOLUMNSChangesNoReport(_ columns: String) throws {
    let usual = try BuiltBinary.run(["explain", "timestamps-disabled"])
    let result = try BuiltBinary.run(
      ["explain", "timestamps-disabled"], environment: ["COLUMNS=\(columns)"])
    #expect(result.status == 0)
    #expect(result.output == usual.output)
    #expect(try BuiltBinary.run(["--help"], environment: ["COLUMNS=\(columns)"]).status == 0)
  }
}
