extension SysctlCatalog {
  /// Which ports are given out, kept back or may be bound.
  static let ports: [SysctlEntry] = [
    SysctlEntry(
      "net.ipv4.ip_local_port_range",
      """
      First and last port that connect() and bind() to port 0 choose from, for IPv4 and IPv6, TCP \
      and UDP (ip-sysctl.rst).
      """, kind: .portRange,
      allowed: [.always(1...65_535)], defaults: [.always("32768\t60999")]),
    SysctlEntry(
      "net.ipv4.ip_local_reserved_ports",
      """
      Ports that are never given out by themselves and can still be bound by number; a write \
      replaces the list (ip-sysctl.rst).
      """, kind: .portSet,
      allowed: [.always(0...65_535)], defaults: [.always("")]),
    SysctlEntry(
      "net.ipv4.ip_unprivileged_port_start",
      "First port that needs no CAP_NET_BIND_SERVICE; 0 for none that does (ip-sysctl.rst).",
      allowed: [.always(0...65_535)], defaults: [.always("1024")]),
    SysctlEntry(
      "net.ipv4.ip_autobind_reuse",
      """
      1: when the range is used up, bind() to port 0 shares ports among sockets that all set \
      SO_REUSEADDR (ip-sysctl.rst).
      """,
      added: KernelVersion(5, 7), allowed: [.always(0...1)], defaults: [.always("0")]),
    SysctlEntry(
      "net.ipv4.ip_nonlocal_bind",
      "1: bind() accepts IPv4 addresses that the host does not have (ip-sysctl.rst).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("0")]),
    SysctlEntry(
      "net.ipv6.ip_nonlocal_bind",
      "1: bind() accepts IPv6 addresses that the host does not have (ip-sysctl.rst).",
      condition: .module("ipv6"),
      allowed: [.since(5, 14, 0...255)], defaults: [.always("0")]),
    SysctlEntry(
      "net.ipv6.bindv6only",
      """
      Initial IPV6_V6ONLY of new sockets: 0, a socket on :: also serves IPv4; 1, it does not \
      (ip-sysctl.rst).
      """,
      condition: .module("ipv6"),
      allowed: [.since(5, 14, 0...255)], defaults: [.always("0")]),
  ]
}
