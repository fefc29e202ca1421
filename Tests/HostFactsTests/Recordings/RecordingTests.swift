import CEL
import Glibc
import Testing

@testable import HostFacts

/// Recordings of this host, whole and damaged.
@Suite struct RecordingTests {
  let scratch = ScratchDirectory()
  var path: String { "\(scratch.path)/host" }

  private let rawKeys = ["net.ipv4.tcp_rmem", "no.such.key"]

  private func record(
    _ options: HostOptions = HostOptions(), rawKeys: [String] = [], anonymize: Bool = false
  ) throws -> Host {
    let recorder = try Recorder(
      directory: path, tool: "0.1.0", time: "2026-01-01T00:00:00Z", anonymize: anonymize)
    var options = options
    options.root = HostRoot(recordingTo: recorder)
    let host = try Host.read(options, rawKeys: rawKeys)
    #expect(recorder.failure == nil)
    return host
  }

  private func replay(
    _ options: HostOptions = HostOptions(), rawKeys: [String] = []
  ) throws -> Host {
    var options = options
    options.root = try HostRoot.open(path)
    return try Host.read(options, rawKeys: rawKeys)
  }

  @Test func `a recording tells the same facts`() throws {
    let live = try record(HostOptions(sample: 0.1), rawKeys: rawKeys)
    let recorded = try replay(rawKeys: rawKeys)
    #expect(recorded.name == live.name)
    #expect(recorded.kernel == live.kernel)
    #expect(recorded.sysctl.readings == live.sysctl.readings)
    #expect(
      recorded.identity.sysctl.settings.readings == live.identity.sysctl.settings.readings)
    #expect(recorded.rawSysctls.readings == live.rawSysctls.readings)
    #expect(recorded.namespace.isPID1 == live.namespace.isPID1)
    for name in ["TW", "TWRecycled"] {
      #expect(recorded.netstat["TcpExt", name] == live.netstat["TcpExt", name])
      #expect(
        recorded.delta.netstat.growth("TcpExt", name).value
          == live.delta.netstat.growth("TcpExt", name).value)
    }
    let (old, new) = (try #require(live.sockets.value), try #require(recorded.sockets.value))
    #expect(new.listeners.elements.map(\.inodes) == old.listeners.elements.map(\.inodes))
    #expect(
      new.listeners.elements.map(\.ownership.process)
        == old.listeners.elements.map(\.ownership.process))
    #expect(
      new.listeners.elements.map(\.reuseAddress) == old.listeners.elements.map(\.reuseAddress))
    #expect(new.tcp == old.tcp)
    #expect(new.udp == old.udp)
    #expect(new.role == old.role)
    #expect(recorded.namespaces == live.namespaces)
    #expect(recorded.namespacesGap == live.namespacesGap)
    #expect(recorded.notices == live.notices)
    #expect(recorded.hasSecondSample)
  }

  /// As where the kernel has no udp_diag, or a sandbox lets only one of them through.
  @Test(arguments: [SocketRow.Transport.tcp, .udp])
  func `so is the one that sock_diag refused`(_ transport: SocketRow.Transport) throws {
    var sources = HostSources()
    sources.sockets = { root, deadline, context in
      .read(root, deadline: deadline, context: context) { table, kernel, deadline, _ in
        table.refuse(transport, Unreadable("sock_diag: refused"))
        for part in SocketPart.allCases where (part == .udp) != (transport == .udp) {
          table.cover(part, .complete)
        }
        return nil
      }
    }
    let recorder = try Recorder(
      directory: path, tool: "0.1.0", time: "2026-01-01T00:00:00Z", anonymize: false)
    let live = try Host.read(HostOptions(root: HostRoot(recordingTo: recorder)), from: sources)
    let recorded = try replay()
    #expect(recorded.notices == live.notices)
    let (old, new) = (try #require(live.sockets.value), try #require(recorded.sockets.value))
    #expect((transport == .tcp ? new.tcp : new.udp) == (transport == .tcp ? old.tcp : old.udp))
    #expect(new.listeners.elements.count == old.listeners.elements.count)
    #expect(new.boundUDP.elements.count == old.boundUDP.elements.count)
  }

  /// As where sock_diag is refused.
  @Test(arguments: [false, true]) func `the tables of /proc are recorded too`(_ anonymize: Bool)
    throws
  {
    var sources = HostSources()
    sources.sockets = { root, deadline, context in
      .read(root, deadline: deadline, context: context) { _, _, _, _ in
        Unreadable("sock_diag: refused", grant: "AF_NETLINK sockets")
      }
    }
    let recorder = try Recorder(
      directory: path, tool: "0.1.0", time: "2026-01-01T00:00:00Z", anonymize: anonymize)
    let live = try Host.read(HostOptions(root: HostRoot(recordingTo: recorder)), from: sources)
    let recorded = try replay()
    #expect(recorder.failure == nil)
    let (old, new) = (try #require(live.sockets.value), try #require(recorded.sockets.value))
    #expect(new.source == "proc")
    #expect(new.tcp == old.tcp)
    #expect(new.udp == old.udp)
    #expect(new.boundIdle.value?.rest == old.boundIdle.value?.rest)
    #expect(
      new.listeners.elements.map(\.port).sorted() == old.listeners.elements.map(\.port).sorted())
    #expect(
      recorded.notices.map(\.message) == live.notices.map(\.message), "sock_diag's refusal is told")
  }

  @Test func `a key that was not recorded is not absent`() throws {
    _ = try record()
    let host = try replay(rawKeys: rawKeys)
    #expect(
      host.rawSysctls.readings["no.such.key"]
        == .unavailable(.init("the recording has no '/proc/sys/no/such/key'")))
  }

  @Test func `an anonymous recording names no one`() throws {
    let live = try record(anonymize: true)
    let recorded = try replay()
    #expect(recorded.name.value?.hasPrefix("host-") == true)
    #expect(recorded.bootID.value != live.bootID.value)
    #expect(recorded.bootID.value?.count == live.bootID.value?.count)
    #expect(recorded.sysctl.readings == live.sysctl.readings)
    let counts = { (host: Host) in
      host.sockets.value.map { [$0.listeners.elements.count, $0.boundUDP.elements.count] }
    }
    #expect(counts(recorded) == counts(live))
  }

  @Test func `an image is read without being a recording`() throws {
    scratch.write("host/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n")
    let root = try HostRoot.open(path)
    #expect(root.recording == nil)
    #expect(!root.hasLiveFacts)
    let host = try replay()
    #expect(host.kernel.value?.minor == 1)
    #expect(host.name == .absent("there is no '/proc/sys/kernel/hostname'"))
  }

  // MARK: Damage

  @Test func `what cannot be opened is told`() throws {
    scratch.write("file", "")
    for (path, message) in [
      ("\(scratch.path)/none", "there is no '\(scratch.path)/none'"),
      ("\(scratch.path)/file", "'\(scratch.path)/file' is not a directory"),
      ("", "there is no ''"),
    ] {
      #expect(throws: RecordingFailure(message)) { try HostRoot.open(path) }
    }
  }

  @Test(arguments: [
    ("", ", line 1, column 1: a value was expected"),
    ("{", ", line 1, column 2: a key in quotes was expected"),
    ("\0\u{1}\u{2}", ", line 1, column 1: a value was expected"),
    ("[]", ", line 1, column 1: an object was expected"),
    ("{}", ", line 1, column 1: 'schema' is missing"),
    (#"{"schema": 1}"#, ", line 1, column 12: a string was expected"),
    (
      #"{"schema": "sockwise.recording/2"}"#,
      " has the format 'sockwise.recording/2'; this Sockwise reads 'sockwise.recording/1'"
    ),
    (#"{"schema": "sockwise.recording/1"}"#, ", line 1, column 1: 'tool' is missing"),
    (
      String(repeating: "[", count: 100_000),
      ", line 1, column 129: more than 128 arrays and objects in one another"
    ),
  ])
  func `a recording that tells nothing is refused`(_ text: String, _ message: String) {
    scratch.write("host/recording.json", text)
    #expect(throws: RecordingFailure("'\(path)/recording.json'\(message)")) {
      try HostRoot.open(path)
    }
  }

  @Test func `a description that is no file is refused`() {
    scratch.write("host/x", "")
    unsafe mkfifo("\(path)/recording.json", 0o600)
    #expect(
      throws: RecordingFailure("'/recording.json' is a FIFO, in '\(path)'")
    ) { try HostRoot.open(path) }
    unsafe unlink("\(path)/recording.json")
    scratch.write("host/recording.json", "")
    unsafe truncate("\(path)/recording.json", 1 << 40)
    #expect(
      throws: RecordingFailure(
        "'/recording.json' is longer than 8388608 bytes, in '\(path)'")
    ) { try HostRoot.open(path) }
    unsafe unlink("\(path)/recording.json")
    scratch.link("host/recording.json", to: "/etc/hostname")
    // Inside the directory there is no such file.
    #expect(throws: Never.self) { try HostRoot.open(path) }
  }

  /// How a file is damaged, and what the reader says where the sockets cannot be told.
  private static let damage: [(file: String, command: String, reason: String)] = [
    ("sock_diag/tcp-listen.bin", "rm", "the recording has no '/sock_diag/tcp-listen.bin'"),
    (
      "sock_diag/tcp-listen.bin", "truncate -s 0",
      "'/sock_diag/tcp-listen.bin' ends before the kernel's last message"
    ),
    (
      "sock_diag/tcp-listen.bin", "cp /bin/true",
      "'/sock_diag/tcp-listen.bin': a message says that it has 1179403647 bytes"
    ),
    (
      "sock_diag/tcp-listen.bin", "truncate -s 0 $1; truncate -s 1T",
      "'/sock_diag/tcp-listen.bin': a message says that it has 0 bytes"
    ),
    (
      "sock_diag/tcp-listen.bin", "cat $1 $1 >$1.2; mv $1.2",
      "'/sock_diag/tcp-listen.bin' goes on after the kernel's last message"
    ),
    (
      "sock_diag/tcp-listen.bin", "echo >>",
      "'/sock_diag/tcp-listen.bin' goes on after the kernel's last message"
    ),
    (
      "sock_diag/tcp-listen.bin", "rm $1; mkfifo",
      "'/sock_diag/tcp-listen.bin' is a FIFO"
    ),
    (
      "sock_diag/tcp-listen.bin", "ln -sf ../../../../../dev/zero",
      "the recording has no '/sock_diag/tcp-listen.bin'"
    ),
  ]

  @Test(arguments: damage.indices)
  func `without listeners nothing is told that follows from them`(_ index: Int) throws {
    _ = try record()
    let (file, command, reason) = Self.damage[index]
    runShell("set -- '\(path)/\(file)'; \(command) \"$1\"")
    let host = try replay()
    let sockets = try #require(host.sockets.value)
    #expect(sockets.listeners.rest == .init(reason))
    #expect(sockets.tcp.unreadable == .init(reason))
    #expect(sockets.role.unreadable == .init(reason))
    #expect(sockets.udp.value != nil)
    #expect(host.notices.isEmpty || !host.notices.contains { $0.message.contains("/proc/net") })
  }

  @Test func `a part that is cut off is known to be`() throws {
    _ = try record()
    for (file, problem) in [
      ("tcp.bin", { (sockets: Sockets) in sockets.tcp.unreadable }),
      ("tcp.bin", { $0.boundIdle.value?.rest ?? $0.boundIdle.unreadable }),
      ("udp6.bin", { $0.udp.unreadable }),
    ] {
      runShell("truncate -s -1 '\(path)/sock_diag/\(file)'")
      let sockets = try #require(try replay().sockets.value)
      #expect(
        problem(sockets)
          == .init("'/sock_diag/\(file)' ends before the kernel's last message"), "\(file)")
    }
  }

  /// A small file cut off anywhere and with each byte another one; of others a few of both at random:
  /// `Fuzz/Targets/RecordingTarget.swift` tries millions.
  @Test func `no damage is a crash`() throws {
    _ = try record()
    var seed: UInt64 = 1
    func random(_ limit: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % max(limit, 1)
    }
    for name in [
      "sock_diag/tcp-listen.bin", "sock_diag/tcp.bin", "sock_diag/udp.bin", "sockets.json",
      "recording.json", "proc/net/netstat", "proc/sys/net/ipv4/ip_local_port_range",
    ] {
      let whole = try #require(HostRoot(path).bytes("/\(name)", limit: 1 << 24).value)
      let isSmall = whole.count <= 32
      for round in 0..<(isSmall ? 2 * whole.count : 6) {
        var bytes = whole
        switch (isSmall, round % 2 == 0) {
        case (true, true): bytes.removeLast(bytes.count - round / 2)
        case (true, false): bytes[round / 2] ^= UInt8(1 + random(255))
        case (false, true): bytes.removeLast(random(bytes.count))
        case (false, false):
          for _ in 0..<8 where !bytes.isEmpty { bytes[random(bytes.count)] = UInt8(random(256)) }
        }
        scratch.write("host/\(name)", bytes)
        guard let root = try? HostRoot.open(path) else { continue }
        let host = try Host.read(HostOptions(root: root))
        #expect(host.activation.variables.count == Host.schema.variables.count)
      }
      scratch.write("host/\(name)", whole)
    }
    #expect(try replay().sockets.value != nil)
  }

  @Test func `owners that cannot be read are unknown`() throws {
    let live = try record()
    let count = live.sockets.value?.listeners.elements.count ?? 0
    for (command, reason) in [
      ("rm", "the recording has no '/sockets.json'"),
      ("truncate -s 10", "'sockets.json', line 1, column 1: a value was expected"),
      (#"echo '{"sockets": []}' >"#, "'sockets.json' does not tell of this socket"),
      ("truncate -s 1T", "'/sockets.json' is longer than 67108864 bytes"),
    ] {
      runShell("\(command) '\(path)/sockets.json'")
      let listeners = try #require(try replay().sockets.value).listeners.elements
      #expect(listeners.count == count)
      for listener in listeners {
        #expect(listener.ownership.process == .unavailable(.init(reason)))
        #expect(listener.reuseAddress == .unavailable(.init(reason)))
      }
    }
  }
}
