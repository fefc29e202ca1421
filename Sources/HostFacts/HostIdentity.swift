internal import CEL

/// The `host` variable: what is one for the machine, or the container that looks like one.
struct HostIdentity: Sendable {
  var name: Reading<String>
  var bootID: Reading<String>
  var kernel: Reading<KernelRelease>
  var pid1: Reading<String>
  var systemd: Reading<Bool>
  var sysctl: HostSysctl

  /// Reads all but `sysctl`.
  static func read(_ root: HostRoot) -> HostIdentity {
    let first = Init.read(root)
    return HostIdentity(
      name: root.line("/proc/sys/kernel/hostname"),
      bootID: root.line("/proc/sys/kernel/random/boot_id"), kernel: KernelRelease.read(root),
      pid1: first.name, systemd: first.isSystemd,
      sysctl: HostSysctl(ProcSys.unavailable(ProcSys.ofHost, .init("it was not read"))))
  }

  static func unavailable(_ why: Unreadable) -> HostIdentity {
    HostIdentity(
      name: .unavailable(why), bootID: .unavailable(why), kernel: .unavailable(why),
      pid1: .unavailable(why), systemd: .unavailable(why),
      sysctl: HostSysctl(ProcSys.unavailable(ProcSys.ofHost, why)))
  }
}

extension HostIdentity: FactObject {
  static let typeName = "Host"
  static let documentation = "The host: kernel, first process, settings of the whole host."
  static let fields: FactFields<HostIdentity> = [
    .init("name", \.name, "Host name, `/proc/sys/kernel/hostname`."),
    .init(
      "boot_id", \.bootID, "Changes with every boot, `/proc/sys/kernel/random/boot_id`.",
      optional: true),
    .init(
      "kernel", \.kernel, "The running kernel's release; of an image, that of the kernel it boots."),
    .init("pid1", \.pid1, "Name of PID 1, `/proc/1/comm`."),
    .init("systemd", \.systemd, "Whether PID 1 is systemd."),
    .init("sysctl", \.sysctl, "Kernel parameters of the whole host."),
  ]
}

/// The value of `host.sysctl`.
struct HostSysctl: FactValue {
  let settings: ProcSys

  init(_ settings: ProcSys) { self.settings = settings }

  static var factType: Type { ProcSys.treeOfHost.type }
  var factValue: CEL.Value { settings.hostFactValue }
}

/// The `netns` variable.
struct NamespaceIdentity: Sendable {
  var inode: Reading<Int>
  var name: Reading<String>
  var kind: String
  var isPID1: Reading<Bool>
  var isInitial: Reading<Bool>

  init(
    inode: Reading<Int>, name: Reading<String>, kind: String, isPID1: Reading<Bool>,
    isInitial: Reading<Bool>
  ) {
    self.inode = inode
    self.name = name
    self.kind = kind
    self.isPID1 = isPID1
    self.isInitial = isInitial
  }

  init(
    _ namespace: NetworkNamespace, survey: NamespaceSurvey, report: SosReport?,
    isInitial: Reading<Bool>
  ) {
    if let report {
      self = report.namespace(isInitial: isInitial)
      return
    }
    kind = namespace.selection.kind
    self.isInitial = isInitial
    guard let number = namespace.inode else {
      let why = survey.gap ?? Unreadable("'/proc/thread-self/ns/net' cannot be read")
      inode = .unavailable(why)
      name = .unavailable(why)
      isPID1 = .unavailable(why)
      return
    }
    let origin = Origin.file(SourceLocation(path: "/proc/thread-self/ns/net"))
    inode = .value(Int(truncatingIfNeeded: number), origin)
    name = survey.found[number]?.name.map { .value($0, origin) } ?? .absent("nothing names it")
    if let first = survey.ofPID1 {
      isPID1 = .value(first == number, .file(SourceLocation(path: "/proc/1/ns/net")))
    } else {
      isPID1 = .unavailable(
        survey.gap ?? .init("PID 1 is out of sight", grant: "CAP_SYS_PTRACE (or root)"))
    }
  }
}

extension NamespaceIdentity: FactObject {
  static let typeName = "NetworkNamespace"
  static let documentation = "The audited network namespace."
  static let fields: FactFields<NamespaceIdentity> = [
    .init("inode", \.inode, "Its number, as `lsns -t net` shows it; another one at each boot."),
    .init(
      "name", \.name, "Its name under /run/netns, else the container, unit or process inside.",
      optional: true),
    .init("kind", \.kind, "How it was asked for: `own`, `process` or `path`."),
    .init("is_pid1", \.isPID1, "Whether PID 1 is in it."),
    .init(
      "is_initial", \.isInitial,
      "Whether it is the one that the kernel began with, and shows settings of the whole host."),
  ]
}
