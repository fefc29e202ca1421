import CEL
import Glibc
import Synchronization
import Testing

@testable import HostFacts

/// Sources that do not answer in time, cannot be read, or cannot even be started.
@Suite struct HostSourceTests {
  @Test func aStalledSourceIsLeftBehind() throws {
    let asked = Mutex(0)
    var sources = HostSources()
    sources.sockstat = { _ in
      asked.withLock { $0 += 1 }
      sleep(120)
      return .unavailable(.init("too late"))
    }
    let clock = ContinuousClock()
    let start = clock.now
    let host = try Host.read(HostOptions(timeLimit: 8), from: sources)
    #expect(clock.now - start < .seconds(100))
    #expect(asked.withLock { $0 } == 1)
    #expect(
      host.sockstat["TCP", "inuse"] == .unavailable(.init("did not answer within 8 s")))
    #expect(host.netstat["TcpExt", "TW"].value != nil)
    #expect(host.kernel.value != nil)
    #expect(
      host.notices.contains(
        .init(.warning, "'/proc/net/sockstat' did not answer within 8 s; everything else was read"))
    )
  }

  @Test func everySourceMayStall() throws {
    var sources = HostSources()
    sources.identity = { _ in
      sleep(120)
      return .unavailable(.init(""))
    }
    sources.sysctl = { _, _, _, _ in
      sleep(120)
      return ProcSys([:])
    }
    sources.netstat = { _ in
      sleep(120)
      return .unavailable(.init(""))
    }
    sources.namespaces = { _, _ in
      sleep(120)
      return NamespaceSurvey()
    }
    sources.sockets = { _, _, _ in
      sleep(120)
      return SocketsReading(.init(""))
    }
    let host = try Host.read(HostOptions(timeLimit: 0.3, sample: 0.1), from: sources)
    let why = Unreadable("did not answer within 0.3 s")
    #expect(host.kernel == .unavailable(why))
    #expect(host.sysctl.integer("net.ipv4.tcp_tw_reuse") == .unavailable(why))
    #expect(host.netstat["TcpExt", "TW"] == .unavailable(why))
    #expect(host.delta.seconds == .unavailable(why))
    #expect(host.namespacesGap == why)
    guard case .unavailable(why) = host.sockets else {
      Issue.record("sockets are not unavailable")
      return
    }
    #expect(host.notices.count >= 6)
  }

  /// Otherwise a source that was refused would be a warning although nothing is missing.
  @Test func keysThatNobodyWantsAreNotAskedFor() throws {
    let asked = Mutex(0)
    var sources = HostSources()
    sources.rawSysctls = { _, keys in
      asked.withLock { $0 += 1 }
      return .unavailable(keys, .init("asked for"))
    }
    let host = try Host.read(HostOptions(), from: sources)
    #expect(asked.withLock { $0 } == 0)
    #expect(host.rawSysctls.readings.isEmpty)
  }

  private static func withOneListener(_ sources: inout HostSources) {
    sources.sockets = { _, _, _ in
      SocketsReading(
        SocketTable.complete([.listener(.local, 80)]).sockets(settings: .test()),
        from: .dump("test"))
    }
  }

  @Test func theSearchForOwnersStopsBeforeItIsGivenUp() throws {
    let stop = Mutex(Duration.zero)
    var sources = HostSources()
    Self.withOneListener(&sources)
    let clock = SuspendingClock()
    let start = clock.now
    sources.owners = { _, deadline, sockets in
      stop.withLock { $0 = start.duration(to: clock.now) + (deadline.remaining ?? .zero) }
      return sockets.withoutOwners(.init("found nobody"))
    }
    let host = try Host.read(HostOptions(timeLimit: 1000), from: sources)
    #expect(stop.withLock { $0 } < .seconds(990))
    let listener = try #require(host.sockets.value?.listeners.elements.first)
    #expect(listener.ownership.process == .unavailable(.init("found nobody")))
  }

  @Test func ownersThatDoNotAnswerLeaveTheSockets() throws {
    var sources = HostSources()
    Self.withOneListener(&sources)
    sources.owners = { _, _, sockets in
      sleep(120)
      return sockets
    }
    let host = try Host.read(HostOptions(timeLimit: 3), from: sources)
    let listener = try #require(host.sockets.value?.listeners.elements.first)
    let why = Unreadable("did not answer within 3 s")
    #expect(listener.ownership.process == .unavailable(why))
    #expect(listener.ownership.owners.rest == why)
    #expect(listener.reuseAddress == .unavailable(why))
    #expect(listener.fixed == .unavailable(why))
  }

  /// Runs in a process of its own, which gives up its right to more descriptors and threads.
  @Test(.enabled(if: geteuid() == 0, "becoming another user needs root"))
  func aSourceThatCouldNotStartSaysSo() async {
    await #expect(processExitsWith: .success) {
      func reason(_ source: HostSource<Int>) -> String? {
        guard case .failure(let why)? = source.answer(by: .never) else { return nil }
        return why.reason
      }
      var none = rlimit(rlim_cur: 0, rlim_max: 0)
      // Only root may have more than this many processes and threads.
      guard unsafe setrlimit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue), &none) == 0,
        setgid(65534) == 0, setuid(65534) == 0
      else { exit(2) }
      if reason(HostSource { 1 }) != "the system refuses another thread (EAGAIN)" { exit(3) }
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none) == 0 else {
        exit(4)
      }
      if reason(HostSource { 1 })
        != "the system refuses another pipe: too many open descriptors in this process (EMFILE)"
      {
        exit(5)
      }
      exit(0)
    }
  }

  @Test func aSourceThatCannotReadSaysWhy() {
    let source = HostSource { () throws(Unreadable) -> Int in throw Unreadable("no") }
    #expect(source.answer(by: .never) == .failure(.init("no")))
    #expect(source.value(by: .never) == nil)
  }
}

@Suite struct TimeLimitTests {
  @Test(arguments: [
    (60.0, "did not answer within 60 s"), (0.5, "did not answer within 0.5 s"),
    (-1, "did not answer within 0 s"), (.nan, "did not answer within 0 s"),
    (.infinity, "did not answer within 86400 s"),
  ]) func words(_ seconds: Double, _ reason: String) {
    #expect(TimeLimit(seconds).passed.reason == reason)
  }
}
