import CEL

/// A small schema in the shape of the host's, so that these tests do not depend on its fields.
enum TestSchema {
  static let schema = Schema(
    variables: [
      "sysctl": variable("Sysctl"), "sockets": variable("Sockets"), "host": variable("Host"),
      "netstat": variable("Netstat"), "delta": variable("Delta"),
      "sysctls_of_findings": .init(type: .list(.string), documentation: "Keys."),
      "sysctl_raw": .init(type: .map(.string, .string), documentation: "Raw."),
    ],
    objects: [
      "Sysctl": object("Sysctl", [field("net", "SysctlNet")]),
      "SysctlNet": object("SysctlNet", [field("ipv4", "SysctlIPv4")]),
      "SysctlIPv4": object(
        "SysctlIPv4",
        [
          optional("tcp_timestamps", .int), optional("tcp_tw_reuse", .int),
          optional("ip_local_port_range", .object("PortRange")),
          optional("ip_local_reserved_ports", .intSet),
          .init(name: "conf", type: .map(.string, .object("Interface")), documentation: ""),
        ]),
      "Interface": object("Interface", [optional("rp_filter", .int)]),
      "PortRange": object(
        "PortRange", [field("first", .int), field("last", .int), field("size", .int)]),
      "Sockets": object(
        "Sockets",
        [
          field("listeners", .list(.object("Listener"))),
          field("bound_udp", .list(.object("UDPSocket"))),
          field("destinations", .list(.object("Destination"))),
          field("owners", .list(.object("Owner"))), field("ports", .list(.int)),
          field("tcp", .int), field("udp", .int), field("rate", .double),
        ]),
      "Listener": object(
        "Listener",
        [
          key("protocol", .string), key("address", .string), key("port", .int),
          .init(
            name: "device", type: .string, documentation: "", mayBeAbsent: true, isKey: true),
          key("uid", .int), field("reuse_address", .bool), field("process", .string),
          field("inbound", .object("Inbound")), optional("unit", .string),
        ]),
      "Inbound": object("Inbound", [field("total", .int), optional("seconds_left", .double)]),
      "UDPSocket": object(
        "UDPSocket", [key("protocol", .string), key("address", .string), key("port", .int)]),
      "Destination": object(
        "Destination",
        [
          key("local_address", .string), key("address", .string), key("port", .int),
          field("ports_held", .int), field("ports_total", .int),
        ]),
      "Owner": object("Owner", [field("pid", .int)]),
      "Host": object(
        "Host",
        [
          field("name", .string), field("systemd", .bool), field("uptime", .duration),
          field("sysctl", .object("HostSysctl")),
        ]),
      "HostSysctl": object("HostSysctl", [field("fs", .object("HostSysctlFs"))]),
      "HostSysctlFs": object("HostSysctlFs", [optional("file_max", .int, spelling: "file-max")]),
      "Netstat": object("Netstat", [field("TcpExt", .object("TcpExt"))]),
      "TcpExt": object("TcpExt", [optional("ListenOverflows", .int)]),
      "Delta": object("Delta", [optional("seconds", .double), field("netstat", "Netstat")]),
    ])

  private static func variable(_ type: String) -> Schema.Variable {
    .init(type: .object(type), documentation: "")
  }

  private static func object(
    _ name: String, _ fields: [Schema.FieldDeclaration]
  ) -> Schema.ObjectType {
    .init(name: name, documentation: "", fields: fields)
  }

  private static func field(_ name: String, _ type: Type) -> Schema.FieldDeclaration {
    .init(name: name, type: type, documentation: "")
  }

  private static func field(_ name: String, _ type: String) -> Schema.FieldDeclaration {
    field(name, .object(type))
  }

  private static func optional(
    _ name: String, _ type: Type, spelling: String? = nil
  ) -> Schema.FieldDeclaration {
    .init(name: name, type: type, documentation: "", mayBeAbsent: true, spelling: spelling)
  }

  private static func key(_ name: String, _ type: Type) -> Schema.FieldDeclaration {
    .init(name: name, type: type, documentation: "", isKey: true)
  }
}
