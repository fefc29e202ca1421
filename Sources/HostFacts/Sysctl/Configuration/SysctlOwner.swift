/// Programs that set kernel parameters of their own while a host runs, so that another value than the
/// configured one is no surprise.
struct SysctlOwner: Sendable {
  let name: String
  /// A directory that is there where the program is in use.
  let evidence: String
  /// What it sets; `*` for interfaces.
  let keys: [String]

  static let all = [
    SysctlOwner(
      name: "docker", evidence: "/run/docker",
      keys: [
        "net.ipv4.ip_forward", "net.ipv4.conf.*.forwarding", "net.ipv4.conf.*.route_localnet",
        "net.ipv6.conf.*.forwarding", "net.bridge.bridge-nf-call-iptables",
        "net.bridge.bridge-nf-call-ip6tables",
      ]),
    SysctlOwner(
      name: "kube-proxy", evidence: "/var/lib/kubelet",
      keys: [
        "net.netfilter.nf_conntrack_max", "net.netfilter.nf_conntrack_tcp_be_liberal",
        "net.netfilter.nf_conntrack_tcp_timeout_established",
        "net.netfilter.nf_conntrack_tcp_timeout_close_wait",
        "net.netfilter.nf_conntrack_udp_timeout", "net.netfilter.nf_conntrack_udp_timeout_stream",
        "net.ipv4.conf.*.route_localnet",
      ]),
    SysctlOwner(
      name: "kubelet", evidence: "/var/lib/kubelet",
      keys: [
        "net.ipv4.ip_forward", "net.ipv4.conf.*.forwarding", "net.ipv6.conf.*.forwarding",
        "vm.overcommit_memory", "vm.panic_on_oom", "kernel.panic", "kernel.panic_on_oops",
        "kernel.keys.root_maxkeys", "kernel.keys.root_maxbytes",
      ]),
    SysctlOwner(
      name: "libvirt", evidence: "/run/libvirt",
      keys: [
        "net.ipv4.ip_forward", "net.ipv4.conf.*.forwarding", "net.ipv6.conf.*.forwarding",
        "net.ipv6.conf.*.accept_ra",
      ]),
    SysctlOwner(
      name: "networkd", evidence: "/run/systemd/netif",
      keys: ["net.ipv4.ip_forward", "net.ipv4.conf.*.*", "net.ipv6.conf.*.*"]),
    SysctlOwner(
      name: "NetworkManager", evidence: "/run/NetworkManager", keys: ["net.ipv6.conf.*.*"]),
  ]

  /// Those in use on a host.
  static func present(on root: HostRoot) -> [SysctlOwner] {
    all.filter { (try? root.status($0.evidence).kind) == .directory }
  }

  func sets(_ key: SysctlKey) -> Bool {
    keys.contains { SysctlGlob.matches(SysctlKey($0).path, key.path) }
  }
}
