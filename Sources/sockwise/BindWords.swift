import HostFacts
import Reports
import Rules

extension BindReport {
  /// The answer in words.
  init(_ answer: BindAnswer, of host: HostFacts.Host, _ root: HostRoot) {
    self.init(
      tool: .sockwise, host: host.reported,
      request: Request(
        transport: answer.request.transport == .tcp ? "tcp" : "udp",
        address: answer.address.description, user: Int(answer.user),
        reuseAddress: answer.request.reuseAddress, reusePort: answer.request.reusePort,
        v6Only: answer.address.address == .anyIPv6 ? answer.v6Only : nil),
      bind: Verdict(answer.bind), listen: answer.listen.map(Verdict.init),
      errors: answer.refusals.map { $0.error(answer) },
      blockers: answer.blockers.map { Socket($0, answer) },
      undecided: answer.undecided.map { Socket($0, answer) },
      beside: answer.beside.map { Socket($0, answer) },
      missing: answer.missing.map { Gap(reason: $0.reason, grant: $0.grant) },
      remedies: answer.remedies.map { $0.sentence(answer) },
      notices: answer.advice.map { Notice(.info, $0) } + root.notices
        + host.notices.map(Notice.init))
  }
}

extension BindReport.Verdict {
  fileprivate init(_ verdict: BindAnswer.Verdict) {
    switch verdict {
    case .yes: self = .yes
    case .no: self = .no
    case .unknown: self = .unknown
    }
  }
}

extension BindReport.Socket {
  fileprivate init(_ holder: PortHolder, _ answer: BindAnswer) {
    let device = holder.deviceName.map { "%\($0)" } ?? ""
    let udp = answer.request.transport == .udp
    self.init(
      state: holder.state.name(udp: udp),
      local: Self.text(holder.address, device, holder.port),
      remote: holder.remote.map { Self.text($0.address, "", $0.port) },
      process: holder.process, pid: holder.pid, unit: holder.unit,
      user: holder.user, secondsLeft: holder.secondsLeft, sockets: holder.members)
  }

  private static func text(_ address: InetAddress, _ device: String, _ port: UInt16) -> String {
    (address.isIPv4 ? "\(address)" : "[\(address)]") + "\(device):\(port)"
  }
}

extension BindAnswer.Refusal {
  /// The name of the errno, and what it says here.
  fileprivate func error(_ answer: BindAnswer) -> (name: String, text: String) {
    switch self {
    case .inUse: ("EADDRINUSE", "Address already in use (EADDRINUSE)")
    case .noPort(let count):
      (
        "EADDRINUSE",
        "Address already in use (EADDRINUSE): none of the \(count.counted("port")) that the kernel"
          + " may pick is free for this address (net.ipv4.ip_local_port_range without"
          + " ip_local_reserved_ports)"
      )
    case .notLocal:
      (
        "EADDRNOTAVAIL",
        "Cannot assign requested address (EADDRNOTAVAIL): no interface of this network namespace"
          + " has it"
      )
    case .privileged(let first):
      (
        "EACCES",
        "Permission denied (EACCES): ports below \(first) need CAP_NET_BIND_SERVICE, which user"
          + " \(answer.user) lacks"
      )
    case .noFamily:
      (
        "EAFNOSUPPORT",
        "Address family not supported by protocol (EAFNOSUPPORT): this kernel has no IPv6"
      )
    case .noDevice(let name): ("ENODEV", "No such device (ENODEV): there is no '\(name)'")
    case .multicast: ("EINVAL", "Invalid argument (EINVAL): TCP has no multicast")
    case .mappedOnV6Only:
      (
        "EINVAL",
        "Invalid argument (EINVAL): a v4-mapped address needs a socket without IPV6_V6ONLY"
      )
    case .refused(let number): Self.words(number)
    }
  }

  private static func words(_ number: Int32) -> (String, String) {
    let text = errnoText(number)
    let name = text.split(separator: "(").last.map { String($0.prefix { $0 != ")" }) } ?? text
    return (name, "the kernel refuses the address: \(text)")
  }
}

extension BindRemedy {
  private static let lingering =
    " Its connections then hold the port for up to 60 s more, unless their peers close first."

  fileprivate func sentence(_ answer: BindAnswer) -> String {
    let port = answer.address.port
    switch self {
    case .setV6Only:
      return "Set IPV6_V6ONLY before bind(), and serve IPv4 by a socket of its own: only IPv4"
        + " sockets are in the way."
    case .setReuseAddress(true):
      return "Set SO_REUSEADDR before bind(): what is in the way has it too, and does not listen."
    case .setReuseAddress(false):
      return "Set SO_REUSEADDR before bind(). It helps where the old connections had it too, which"
        + " cannot be seen; the first restart with it still waits where they had not."
    case .setReusePort(true):
      return "Set SO_REUSEPORT before bind(): what is in the way has it too, for the same user."
        + " Both then get a share of the connections."
    case .setReusePort(false):
      return "Set SO_REUSEPORT before bind(), if the old connections had it too: that cannot be"
        + " seen."
    case .runAs(let user):
      return "Run as user \(user) and set SO_REUSEPORT before bind(): sockets of another user are"
        + " not let in."
    case .stop(let unit, let lingers):
      return "Stop \(unit), or take another port or address." + (lingers ? Self.lingering : "")
    case .end(let process, let pid, let lingers):
      return "End \(process) (pid \(pid)), or take another port or address."
        + (lingers ? Self.lingering : "")
    case .endUnknown:
      return
        "Free it where it is held: by a process that could not be seen, or by the kernel itself"
        + " (VXLAN, WireGuard, NFS). Or take another port or address."
    case .stopKernel:
      return "No process holds it: it is the kernel's own (VXLAN, WireGuard, NFS). Remove what it"
        + " serves, or take another port or address."
    case .widenRange:
      return "Widen net.ipv4.ip_local_port_range, or bind a port outside it by its number."
    case .waitForPeers:
      return "Wait: the kernel still sends what orphans have left, and gives them up when the peer"
        + " answers or net.ipv4.tcp_orphan_retries are used up."
    case .useSocketUnit:
      return "systemd holds it for a socket unit: let the service take the socket from systemd, or"
        + " stop the socket unit ('systemctl list-sockets' names it)."
    case .wait(let seconds):
      // The kernel's timers are up to two seconds late.
      return "Wait about \(max(2, Int(seconds.rounded(.up)))) s: nobody holds what is in the way,"
        + " and the kernel forgets it."
    case .reservePort:
      return "Put \(port) into net.ipv4.ip_local_reserved_ports, so that the kernel no longer gives"
        + " it to outgoing connections, or take a port outside net.ipv4.ip_local_port_range."
    case .addAddress:
      return "Give the address to an interface, and start after it is there; or set IP_FREEBIND"
        + " (FreeBind=yes in a socket unit) or net.\(answer.address.address.isIPv4 ? "ipv4" : "ipv6")"
        + ".ip_nonlocal_bind = 1; or bind the wildcard."
    case .createDevice(let name): return "Bind '\(name)' once it is there, or another device."
    case .grantBindService:
      return "Give the service AmbientCapabilities=CAP_NET_BIND_SERVICE, or let a socket unit of"
        + " systemd bind the port."
    case .lowerFirstPort(let first):
      return "Or set net.ipv4.ip_unprivileged_port_start = \(first), which lets every user bind"
        + " ports from there on."
    case .useIPv4: return "Bind an IPv4 address, or start the kernel without ipv6.disable=1."
    }
  }
}

extension BindAnswer {
  /// What one should know besides.
  fileprivate var advice: [String] {
    var advice: [String] = []
    if leftOut > 0 {
      advice.append("\(leftOut) more connections on the port were not looked at")
    }
    if address.port == 0 {
      advice.append("the kernel picks a port out of net.ipv4.ip_local_port_range")
    }
    guard request.transport == .tcp else { return advice }
    if request.reuseAddress, blockers.contains(where: { $0.state == .listen }) {
      advice.append("SO_REUSEADDR does not help here: on Linux it never lets two sockets listen")
    }
    if listen == .yes, beside.contains(where: { $0.state == .boundInactive && !$0.sharesPort }) {
      advice.append(
        "of the sockets that are bound there only the first that listens can: the others' listen()"
          + " fails with EADDRINUSE")
    }
    return advice
  }
}
