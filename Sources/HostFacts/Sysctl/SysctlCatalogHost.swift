extension SysctlCatalog {
  /// Limits of the host that servers run into, outside `net`.
  static let host: [SysctlEntry] = [
    SysctlEntry(
      "fs.file-max", "Most open file descriptions on the host (sysctl/fs.rst).", scope: .host),
    SysctlEntry(
      "fs.file-nr",
      "Open file descriptions, 0, and fs.file-max (sysctl/fs.rst).", kind: .integers(count: 3),
      scope: .host),
    SysctlEntry(
      "fs.nr_open",
      "Largest value that RLIMIT_NOFILE, and so LimitNOFILE=, can have (sysctl/fs.rst).",
      scope: .host, defaults: [.always("1048576")]),
    SysctlEntry(
      "fs.epoll.max_user_watches",
      "Descriptors that the epoll instances of one user may watch (epoll(7)).",
      scope: .host, condition: .option("CONFIG_EPOLL")),
    SysctlEntry(
      "fs.nfs.nlm_tcpport",
      "TCP port of the kernel's NFS lock manager; 0 for one from the range "
        + "(kernel-parameters.txt, lockd.nlm_tcpport).",
      scope: .host, condition: .module("lockd"), allowed: [.always(0...65_535)],
      defaults: [.always("0")]),
    SysctlEntry(
      "fs.nfs.nlm_udpport",
      "UDP port of the kernel's NFS lock manager; 0 for one from the range "
        + "(kernel-parameters.txt, lockd.nlm_udpport).",
      scope: .host, condition: .module("lockd"), allowed: [.always(0...65_535)],
      defaults: [.always("0")]),
    SysctlEntry(
      "kernel.pid_max", "Process and thread ids stay below this (sysctl/kernel.rst).",
      scope: .host),
    SysctlEntry(
      "kernel.threads-max", "Most threads on the host (sysctl/kernel.rst).", scope: .host),
    SysctlEntry(
      "kernel.yama.ptrace_scope",
      "Who may attach to a process, and so read its socket options: 0 its user, 1 its parents, "
        + "2 CAP_SYS_PTRACE, 3 nobody (Yama.rst).",
      scope: .host, condition: .option("CONFIG_SECURITY_YAMA"), allowed: [.always(0...3)]),
  ]
}
