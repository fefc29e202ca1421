public import CEL

extension Host {
  /// What rules may name. The same for every host: what one lacks is absent there.
  public static let schema: Schema = {
    var schema = Schema()
    func variable(_ name: String, _ type: Type, _ documentation: String) {
      schema.variables[name] = .init(type: type, documentation: documentation)
    }
    variable("host", HostIdentity.factType, HostIdentity.documentation)
    variable("netns", NamespaceIdentity.factType, NamespaceIdentity.documentation)
    variable("sysctl", ProcSys.tree.type, ProcSys.tree.documentation)
    variable(
      "sysctl_raw", RawSysctls.factType,
      "Kernel parameters as text, by key; only those that a rule names are read.")
    variable(
      "sysctl_config", SysctlConfiguration.factType, SysctlConfiguration.documentation)
    variable("netstat", NetstatCounter.tree.type, NetstatCounter.tree.documentation)
    variable("sockstat", Sockstat.tree.type, Sockstat.tree.documentation)
    variable("sockets", Sockets.factType, Sockets.documentation)
    variable(
      "units", .list(Unit.factType),
      """
      Service and socket units as systemd loads them from their files, by name; none on a running host \
      whose PID 1 is not systemd.
      """)
    variable("delta", NetstatDelta.factType, NetstatDelta.documentation)
    variable(
      "waivers", .list(WaiverFact.factType), "The waivers that this run was given, --waivers.")
    variable(
      "sysctls_of_findings", .list(.string),
      """
      The kernel parameters that findings of other rules rest on, of those that were read from /proc/sys. \
      Rules that name it are judged after all others.
      """)
    HostIdentity.register(in: &schema)
    NamespaceIdentity.register(in: &schema)
    SysctlConfiguration.register(in: &schema)
    Sockets.register(in: &schema)
    Unit.register(in: &schema)
    NetstatDelta.register(in: &schema)
    PortRange.register(in: &schema)
    WaiverFact.register(in: &schema)
    for tree in [
      ProcSys.tree, ProcSys.treeOfHost, NetstatCounter.tree, NetstatCounter.treeOfDelta,
      Sockstat.tree,
    ] {
      tree.register(in: &schema)
    }
    return schema
  }()
}
