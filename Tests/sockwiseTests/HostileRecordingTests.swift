import Glibc
import TestSupport
import Testing

/// `--root` with something else in the place of a file: nothing outside is read, nothing waits, and
/// the report says what is missing.
@Suite struct HostileRecordingTests {
  let directory: TemporaryDirectory
  var path: String { directory.path("host") }
  var outside: String { directory.path("outside") }

  /// What stands in the place of a file, or of its directory.
  enum Trap: String, CaseIterable, Sendable {
    case absoluteLink, linkedDirectory, climbingLink, loop, linkToDevice, fifo, device

    /// How the message about `file` goes on.
    func reason(_ file: String) -> String {
      switch self {
      // Inside, where such links end, there is nothing.
      case .absoluteLink, .linkedDirectory, .climbingLink, .linkToDevice:
        "the recording has no '\(file)'"
      case .loop: "'\(file)': too many symbolic links (ELOOP)"
      case .fifo: "'\(file)' is a FIFO"
      case .device: "'\(file)' is a device"
      }
    }
  }

  private static let secret = "secret-of-outside"

  init() throws { directory = try TemporaryDirectory() }

  private func record() throws {
    let copy = Subprocess(
      program: "/bin/cp",
      arguments: ["-r", "\(Checkout.root)/Tests/Fixtures/hosts/idle-debian/host", path])
    #expect(try copy.run().status == 0)
  }

  /// Replaces a file of the recording.
  private func set(_ trap: Trap, at file: String) throws {
    let name = file.split(separator: "/").last.map(String.init) ?? ""
    let parent = "\(path)\(file.dropLast(name.utf8.count + 1))"
    try TextFile.write("\(Self.secret)\n", to: "\(outside)/\(name)")
    let place = trap == .linkedDirectory ? parent : "\(parent)/\(name)"
    #expect(try Subprocess(program: "/bin/rm", arguments: ["-r", place]).run().status == 0)
    let status =
      switch trap {
      case .absoluteLink: unsafe symlink("\(outside)/\(name)", place)
      case .linkedDirectory: unsafe symlink(outside, place)
      case .climbingLink: unsafe symlink("../../../../../../../..\(outside)/\(name)", place)
      case .loop: unsafe symlink("./\(name)", place)
      case .linkToDevice: unsafe symlink("/dev/zero", place)
      case .fifo: unsafe mkfifo(place, 0o600)
      // 1:5 is /dev/zero.
      case .device: unsafe mknod(place, S_IFCHR | 0o600, 1 << 8 | 5)
      }
    try #require(status == 0, "\(trap) at \(place): errno \(errno)")
  }

  @Test(
    .enabled(if: geteuid() == 0, "making a device node needs root"),
    arguments: Trap.allCases,
    [
      "/proc/sys/net/ipv4/tcp_timestamps", "/proc/net/netstat", "/sock_diag/tcp.bin",
      "/sock_diag/tcp-listen.bin",
    ])
  func nothingOutsideIsRead(_ trap: Trap, _ file: String) throws {
    try record()
    try set(trap, at: file)
    let facts = try BuiltBinary.run(["facts", "--root", path, "--format", "json"])
    #expect(facts.status == 0)
    #expect(facts.errors == "")
    #expect(facts.output.contains(trap.reason(file)), "\(file) as \(trap)")
    let audit = try BuiltBinary.run(["audit", "--root", path])
    #expect(audit.status == 0)
    #expect(audit.errors == "")
    for result in [facts, audit] { #expect(!result.output.contains(Self.secret)) }
    // Of counters no rule has a question here; of several files that are missing the first is told.
    if !file.hasSuffix("netstat"), trap != .linkedDirectory || !file.hasSuffix("/tcp.bin") {
      let text = audit.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(text.contains(trap.reason(file)), "\(audit.output)")
    }
  }

  @Test(
    .enabled(if: geteuid() == 0, "making a device node needs root"),
    arguments: Trap.allCases.filter { $0 != .linkedDirectory })
  func neitherAreOwners(_ trap: Trap) throws {
    try record()
    try set(trap, at: "/sockets.json")
    let audit = try BuiltBinary.run(["audit", "--root", path, "--format", "json"])
    #expect(audit.status == 0)
    #expect(audit.errors == "")
    #expect(audit.output.contains(trap.reason("/sockets.json")))
    #expect(!audit.output.contains(Self.secret))
  }

  /// Without its `recording.json` a recording is broken off, and no image of a host on which nothing is
  /// wrong.
  @Test(
    .enabled(if: geteuid() == 0, "making a device node needs root"),
    arguments: Trap.allCases.filter { $0 != .linkedDirectory })
  func norIsTheManifest(_ trap: Trap) throws {
    try record()
    try set(trap, at: "/recording.json")
    let audit = try BuiltBinary.run(["audit", "--root", path])
    #expect(!(audit.output + audit.errors).contains(Self.secret))
    #expect(audit.status == 4)
    switch trap {
    case .loop, .fifo, .device:
      #expect(
        audit.errors == "sockwise: \(trap.reason("/recording.json")), in '\(path)'\n")
    default:
      #expect(
        audit.errors == "sockwise: '\(path)' is an incomplete recording: it has no recording.json; "
          + "record again\n")
    }
  }

  /// The directory itself may be named by a link: that is what the user asked for.
  @Test func theDirectoryItselfMayBeALink() throws {
    try record()
    let link = directory.path("link")
    #expect(unsafe symlink(path, link) == 0)
    let audit = try BuiltBinary.run(["audit", "--root", link])
    #expect(audit.status == 0)
    #expect(audit.output.contains("Audited a recording of idle-debian"))
  }

  /// Of the kernel they have 32 bits.
  @Test(.needsNamespaces) func dropsThatNoKernelCountsAreSummedUp() async throws {
    let path = path
    let recorded = try await ScratchNamespace.run { net in
      try net.deny(.netlink)
      return try BuiltBinary.run(["facts", "--record", path, "--sample", "100ms"])
    }
    try #require(recorded.status == 0)
    for (directory, drops) in [("proc", "0"), ("second/proc", "999999999999999999")] {
      let rows = (1...12).map { inode in
        "  1: 00000000:0202 00000000:0000 07 00000000:00000000 00:00000000 00000000"
          + "     0        0 \(inode) 2 0000000000000000 \(drops)\n"
      }
      try TextFile.write(
        "  sl  local_address rem_address   st …\n" + rows.joined(),
        to: "\(path)/\(directory)/net/udp")
    }
    let facts = try BuiltBinary.run(["facts", "--root", path, "--format", "json"])
    #expect(facts.status == 0)
    #expect(facts.output.contains("\(12 * UInt64(UInt32.max))"))
  }
}
