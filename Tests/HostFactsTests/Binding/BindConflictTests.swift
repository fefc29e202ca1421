import CEL
import Testing

@testable import HostFacts

/// What the matrix against the kernel does not have: devices, several sockets, rows that lack
/// something.
@Suite struct BindConflictTests {
  private func socket(
    _ transport: SocketRow.Transport = .tcp, _ address: InetAddress = .anyIPv4,
    device: String? = nil, reuseAddress: Bool = false, reusePort: Bool = false, uid: UInt32 = 0
  ) -> BindConflict.Socket {
    .init(
      transport: transport, family: address.isIPv4 ? .ipv4 : .ipv6, address: address,
      device: device, reuseAddress: reuseAddress, reusePort: reusePort, v6Only: false, uid: uid)
  }

  private func holder(
    _ state: SocketState = .listen, _ address: InetAddress = .anyIPv4,
    device: PortHolder.Device = .none, reuseAddress: Bool? = false, reusePort: Bool? = false,
    uid: UInt32 = 0
  ) -> PortHolder {
    PortHolder(
      state: state, address: address, port: 80, device: device, uid: uid, v6Only: nil,
      reuseAddress: reuseAddress, reusePort: reusePort, ownership: .notLookedUp)
  }

  private func verdicts(_ socket: BindConflict.Socket, _ holders: PortHolder...)
    -> [BindConflict.Verdict]
  {
    BindConflict(socket: socket, holders: holders).verdicts
  }

  /// Measured with a second device, which a scratch namespace lacks.
  @Test func differentDevicesDoNotMeet() {
    let onLoopback = holder(device: .named("lo"))
    #expect(verdicts(socket(device: "eth0"), onLoopback) == [.none])
    #expect(verdicts(socket(device: "lo"), onLoopback) == [.conflict])
    #expect(verdicts(socket(), onLoopback) == [.conflict])
    #expect(verdicts(socket(device: "eth0"), holder()) == [.conflict])
    #expect(verdicts(socket(), holder(device: .notShown)) == [.conflict])
    #expect(
      verdicts(socket(device: "eth0"), holder(device: .notShown))
        == [.undecided(.init("/proc/net does not show which device a socket is bound to"))])
    // What does not meet anyway needs no device.
    #expect(
      verdicts(socket(.tcp, .local, device: "lo"), holder(.listen, .here, device: .notShown))
        == [.none])
  }

  @Test func aRequestForAConnectionHoldsNoPort() {
    #expect(verdicts(socket(), holder(.newSynReceived)) == [.none])
  }

  @Test func whatCannotBeReadLeavesOnlyOpenWhatItDecides() {
    var hidden = holder(.timeWait, reuseAddress: nil, reusePort: nil)
    hidden.isRemnant = true
    hidden.whyNoOptions = .init("gone")
    #expect(verdicts(socket(), hidden) == [.conflict])
    #expect(verdicts(socket(reuseAddress: true), hidden) == [.undecided(.init("gone"))])
    #expect(verdicts(socket(reusePort: true), hidden) == [.undecided(.init("gone"))])
    // SO_REUSEADDR never helps beside a listener.
    let listener = holder(.listen, reuseAddress: nil, reusePort: false)
    #expect(verdicts(socket(reuseAddress: true), listener) == [.conflict])
    // `::` without its IPV6_V6ONLY, as in /proc/net.
    #expect(
      verdicts(socket(), holder(.listen, .anyIPv6))
        == [.undecided(.init("its options were not looked at"))])
    #expect(verdicts(socket(.tcp, .anyIPv6), holder(.listen, .anyIPv6)) == [.conflict])
  }

  @Test func ofUDPTheFirstSocketDecides() {
    let sharing = holder(.close, .local, reusePort: true)
    let alone = holder(.close, .here)
    #expect(verdicts(socket(.udp, reusePort: true), sharing) == [.none])
    #expect(verdicts(socket(.udp, reusePort: true), alone) == [.conflict])
    #expect(
      verdicts(socket(.udp, reusePort: true), sharing, alone) == [
        .none,
        .undecided(
          .init(
            "the kernel ends its check at the first socket that it meets, and another shares the "
              + "port")),
      ])
    // SO_REUSEADDR of both is passed over.
    let reusing = holder(.close, .local, reuseAddress: true)
    #expect(
      verdicts(socket(.udp, reuseAddress: true, reusePort: true), reusing, alone)
        == [.none, .conflict])
  }

  @Test func besideManySocketsOfUDPOlderKernelsDiffer() {
    var many = holder(.close, .local)
    many.members = 11
    let why = Unreadable(
      "beside more than 10 UDP sockets, kernels before April 2026 do not compare a wildcard with "
        + "specific addresses")
    #expect(verdicts(socket(.udp), many) == [.undecided(why)])
    #expect(verdicts(socket(.udp), many, holder(.close)) == [.undecided(why), .conflict])
    #expect(verdicts(socket(.udp, .local), many) == [.conflict])
    many.members = 10
    #expect(verdicts(socket(.udp), many) == [.conflict])
  }

  @Test func someKernelsMissMappedWildcards() {
    var mapped = socket(.tcp, .local)
    mapped.family = .ipv6
    for (kernel, isMissed) in [
      (KernelVersion(6, 0), false), (KernelVersion(6, 1), true), (KernelVersion(6, 7), true),
      (KernelVersion(6, 8), false),
    ] {
      func verdict(_ socket: BindConflict.Socket) -> BindConflict.Verdict? {
        BindConflict(socket: socket, holders: [holder()], kernel: kernel).verdicts.first
      }
      let why = Unreadable(
        "Linux 6.1 to 6.7 does not compare a v4-mapped address with a socket on ::ffff:0.0.0.0")
      #expect(verdict(mapped) == (isMissed ? .undecided(why) : .conflict))
      #expect(verdict(socket(.tcp, .local)) == .conflict)
    }
  }

  /// Each of these was let in on Linux 6.18 where the port had such a history (BindHistoryTests).
  @Test func whatTheHistoryOfAPortDecidesIsOpen() {
    let history = BindConflict.Verdict.undecided(BindConflict.hiddenHistory)
    let worker = holder(.established, .local, reusePort: true, uid: 33)
    #expect(verdicts(socket(reusePort: true, uid: 33), worker) == [.none])
    #expect(verdicts(socket(reusePort: true, uid: 34), worker) == [history])
    #expect(verdicts(socket(uid: 34), worker) == [.conflict])
    let listener = holder(reusePort: true)
    #expect(verdicts(socket(reusePort: true), listener, worker) == [.none, history])
    // Who listens there for another user does not let it in.
    #expect(
      verdicts(socket(reusePort: true, uid: 34), listener, worker) == [.conflict, history])
    #expect(verdicts(socket(reusePort: true), holder(.established, .local)) == [.conflict])
    #expect(
      verdicts(socket(reusePort: true), holder(.established, .local, reuseAddress: true))
        == [history])
    #expect(verdicts(socket(reusePort: true), holder(reuseAddress: true)) == [.conflict])
    #expect(verdicts(socket(reusePort: true), holder(device: .named("lo"))) == [history])
    // `::` counts as the same as 0.0.0.0, and as `::` with IPV6_V6ONLY.
    #expect(verdicts(socket(.tcp, .anyIPv6, reusePort: true), holder()) == [history])
    var dual = holder(.listen, .anyIPv6)
    dual.v6Only = false
    #expect(verdicts(socket(.tcp, .anyIPv6, reusePort: true), dual) == [.conflict])
  }

  /// In a user namespace that knows few users, all others look the same.
  @Test func usersThatLookTheSameMayDiffer() {
    let listener = holder(reusePort: true, uid: 65_534)
    var conflict = BindConflict(
      socket: socket(reusePort: true, uid: 65_534), holders: [listener])
    #expect(conflict.verdicts == [.none])
    conflict.lookalike = 65_534
    #expect(conflict.verdicts != [.none] && conflict.verdicts != [.conflict])
    conflict = BindConflict(socket: socket(uid: 65_534), holders: [listener], lookalike: 65_534)
    #expect(conflict.verdicts == [.conflict])
    let few = UserMap("         0       1000          1\n")
    #expect(few.lookalike(of: 0) == nil)
    #expect(few.lookalike(of: 65_534) == 65_534)
    #expect(few.lookalike(of: 33) == 65_534)
    #expect(UserMap("         0          0 4294967295\n").lookalike(of: 65_534) == nil)
  }

  @Test func aConnectionHasWhatItsListenerHas() {
    var listener = holder(.listen, .anyIPv6, reusePort: true)
    listener.v6Only = false
    var orphan = holder(.timeWait, .local, reuseAddress: nil, reusePort: nil)
    orphan.isRemnant = true
    orphan.remote = (.there, 40000)
    orphan.whyNoOptions = .init("gone")
    let known = [listener, orphan].inheriting[1]
    #expect(known.reusePort == true)
    #expect(known.reuseAddress == nil)
    #expect(known.v6Only == false)
    listener.v6Only = true
    #expect([listener, orphan].inheriting[1].reusePort == nil)
    #expect([orphan].inheriting[0].reusePort == nil)
  }
}
