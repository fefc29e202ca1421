import Glibc
import Rules
import TestSupport
import Testing

@testable import Reports

@Suite struct StateDirectoryTests {
  private static let state: RunState = {
    var state = RunState()
    state.findings = [RunState.Finding(SampleReport.finding("a", .high, subject: "x\u{1b}[0m\"字"))]
    state.findings[0].units = ["api.service"]
    state.findings[0].milderSince = 1_767_225_600
    state.undecided = [
      RunState.Subject(Undecided(rule: "b", subject: "host", kind: .error, missing: []))
    ]
    state.history.records = [
      "unknown b \u{1b}\"": .init(left: 1_767_225_600),
      "c": .init(left: 1_767_225_600, severity: .low, returns: [1_767_225_000, 1_767_225_600]),
    ]
    state.counters = .init(
      bootID: "0b5a", namespace: 4_026_531_840, seconds: 12.5,
      values: ["TcpExt": ["ListenOverflows": .max]],
      udpDrops: .init(hasCookies: true, sockets: ["7001": 12]))
    return state
  }()

  private let scratch: TemporaryDirectory
  private let directory: StateDirectory

  init() throws {
    scratch = try TemporaryDirectory()
    directory = StateDirectory(scratch.path, scope: "1")
  }

  private var file: String { scratch.path("audit-1.json") }

  @Test func whatIsWrittenIsRead() throws {
    #expect(directory.read().state == nil)
    #expect(directory.read().refusal == nil)
    try directory.write(RunState())
    try directory.write(Self.state)
    #expect(directory.read().state == Self.state)
    #expect(try scratch.names() == ["audit-1.json"])
    var status = stat()
    #expect(unsafe stat(file, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  /// As the first versions wrote it.
  @Test func whatAnEarlierVersionLeftIsUsed() throws {
    try TextFile.write(
      """
      {"schema": "sockwise.state/1", "counters": {"boot_id": "0b5a", "namespace": 4026531840,
      "seconds": 12.5, "values": {"TcpExt": {"ListenOverflows": 3}}}, "findings": [{"rule": "a",
      "title": "A", "severity": "high", "subject": "x", "units": [], "fingerprint": "0"}],
      "undecided": []}
      """, to: file)
    let state = try #require(directory.read().state)
    #expect(state.findings.map(\.severity) == [.high])
    #expect(state.findings[0].milderSince == nil)
    #expect(state.counters?.values == ["TcpExt": ["ListenOverflows": 3]])
    #expect(state.counters?.udpDrops == nil)
    #expect(state.history == RunHistory())
  }

  @Test func eachScopeHasAFileOfItsOwn() {
    let names = ["self", "1", "/run/netns/blue", "../../etc/passwd", "a\u{0}\n"].map {
      StateDirectory("/s", scope: $0).name
    }
    #expect(
      names == [
        "audit-self.json", "audit-1.json", "audit-run-netns-blue.json",
        "audit-\\x2e\\x2e-\\x2e\\x2e-etc-passwd.json", "audit-a\\x00\\x0a.json",
      ])
  }

  @Test(arguments: [
    ("", "line 1, column 1: a value was expected"),
    ("{\"schema\": \"sockwise.state/1\"", "line 1, column 30: ',' or '}' was expected"),
    (
      "{\"schema\": \"sockwise.state/2\"}",
      "schema is 'sockwise.state/2' where 'sockwise.state/1' was expected"
    ),
    ("{\"schema\": \"sockwise.state/1\"}", "'findings' is missing"),
    (
      "{\"schema\": \"sockwise.state/1\", \"undecided\": [], \"findings\": [{\"fingerprint\": 1}]}",
      "a string was expected"
    ),
    ("\u{0}\u{1}\u{2}", "a value was expected"),
  ])
  func whatIsNoStateIsSetAside(_ text: String, _ why: String) throws {
    try TextFile.write(text, to: file)
    let found = directory.read()
    #expect(found.state == nil)
    let refusal = try #require(found.refusal)
    #expect(refusal.contains(why), "\(refusal)")
    #expect(refusal.hasSuffix("; it was renamed to 'audit-1.json.refused'"))
    #expect(try TextFile.read(file + ".refused") == text)
    // Once: the next run begins anew, and only the last is kept.
    #expect(directory.read().refusal == nil)
    try TextFile.write("other", to: file)
    #expect(directory.read().refusal != nil)
    #expect(try scratch.names() == ["audit-1.json.refused"])
  }

  @Test func linksAreNotFollowed() throws {
    try TextFile.write("{}", to: scratch.path("other"))
    try #require(unsafe symlink("other", file) == 0)
    #expect(directory.read().refusal?.contains("is a symbolic link") == true)
    try #require(unsafe symlink("other", file) == 0)
    try directory.write(Self.state)
    #expect(try TextFile.read(scratch.path("other")) == "{}")
    #expect(directory.read().state == Self.state)
  }

  @Test func whatTheSystemDoesNotLetBeReadStays() throws {
    let long = StateDirectory(scratch.path, scope: String(repeating: "x", count: 300))
    let found = long.read()
    #expect(found.isUnread)
    #expect(
      found.refusal?.hasSuffix("cannot be read and stays as it is: File name too long") == true)
    // Not so what is none of ours.
    try TextFile.write("{", to: file)
    #expect(!directory.read().isUnread)
  }

  @Test func onlyRegularFilesAreRead() throws {
    try #require(unsafe mkfifo(file, 0o600) == 0)
    #expect(directory.read().refusal?.contains("is not a regular file") == true)
    try #require(unsafe mkdir(file, 0o700) == 0)
    // A directory cannot take the place of what was set aside before.
    #expect(directory.read().refusal?.contains("could not be renamed") == true)
    #expect(throws: OutputError.self) { try directory.write(Self.state) }
    #expect(try scratch.names() == ["audit-1.json", "audit-1.json.refused"])
  }

  @Test func whatIsTooLargeIsNotRead() throws {
    try TextFile.write("", to: file)
    try #require(unsafe truncate(file, 17 << 20) == 0)
    #expect(directory.read().refusal?.contains("is larger than 4 MiB") == true)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root")) func aStrangersFileIsNotUsed() throws {
    try directory.write(Self.state)
    try #require(unsafe chown(file, 65534, 65534) == 0)
    #expect(directory.read().refusal?.contains("belongs to another user") == true)
    // Unless it is the directory's, as where root looks at what a service keeps.
    try directory.write(Self.state)
    try #require(unsafe chown(file, 65534, 65534) == 0)
    try #require(unsafe chown(scratch.path, 65534, 65534) == 0)
    #expect(directory.read().state == Self.state)
  }

  @Test func whatKilledRunsLeftIsRemoved() throws {
    func file(_ name: String, old: Bool) throws {
      try TextFile.write("{", to: scratch.path(name))
      let seconds = old ? time(nil) - 3700 : time(nil)
      var times = utimbuf(actime: seconds, modtime: seconds)
      try #require(unsafe utime(scratch.path(name), &times) == 0)
    }
    try file(".audit-self.json.x1.tmp", old: true)
    try file(".audit-1.json.x2.tmp", old: true)
    try file(".sockwise-x5.tmp", old: true)
    // One that writes just now, and what is none of ours.
    try file(".audit-1.json.x3.tmp", old: false)
    try file(".other.tmp", old: true)
    try file(".audit-theirs.tmp", old: true)
    try file("audit-2.json", old: true)
    try #require(unsafe symlink("audit-2.json", scratch.path(".audit-1.json.x4.tmp")) == 0)
    try directory.write(Self.state)
    let names = [
      ".audit-1.json.x3.tmp", ".audit-1.json.x4.tmp", ".audit-theirs.tmp", ".other.tmp",
      "audit-1.json", "audit-2.json",
    ]
    #expect(try scratch.names().sorted() == names)
  }

  @Test func saysWhatToDoWithoutADirectory() {
    let none = StateDirectory(scratch.path("none"), scope: "self")
    let refusal = none.read().refusal ?? ""
    #expect(
      refusal.hasPrefix("there is no '\(scratch.path)/none' to keep what was found in; make it"))
    #expect(throws: OutputError.self) { try none.write(Self.state) }
  }

  @Test func theFirstOfSeveralIsUsed() {
    #expect(StateDirectory.first(of: "/var/lib/a:/var/lib/b") == "/var/lib/a")
    #expect(StateDirectory.first(of: "/var/lib/a") == "/var/lib/a")
    #expect(StateDirectory.first(of: "") == nil)
  }

  @Test func whatDoesNotFitIsNotRemembered() throws {
    var state = Self.state
    let one = state.findings[0]
    state.findings = (0..<100).map {
      var finding = one
      finding.fingerprint = "\($0)"
      return finding
    }
    let whole = state.document(limit: .max)
    // What came and went is the first to go.
    let findings = try RunState(state.document(limit: whole.count - 1), name: "findings")
    #expect(findings.findings == state.findings && findings.history == RunHistory())
    state.history = RunHistory()
    let size = state.document(limit: .max).count
    let read = try RunState(state.document(limit: size - 1), name: "half")
    #expect(read.findings == Array(state.findings.prefix(50)))
    #expect(read.counters == state.counters)
    #expect(try RunState(state.document(limit: 0), name: "least") == RunState())
  }
}
