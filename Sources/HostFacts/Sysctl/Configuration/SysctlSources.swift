/// Everything that sets kernel parameters of one host at boot.
struct SysctlSources: Sendable {
  /// Files in the directories of sysctl.d(5) and `/etc/sysctl.conf`, in any order.
  var files: [SysctlFile] = []
  var sysctlConf = SysctlFileSelection.SysctlConf.never
  var dialect = SysctlDialect.systemd
  /// Statements of other writers, in the order of boot.
  var others: [SysctlStatement] = []
  /// Why there may be more of these; nil where there are not.
  var gapOfOthers: Unreadable?
  /// Whether TuneD writes what `/run/sysctl.d`, `/etc/sysctl.d` and `/etc/sysctl.conf` say once more,
  /// after its profile (`reapply_sysctl` of tuned-main.conf, its default).
  var tunedReapplies = true
  /// Why there may be more files; nil where there are not.
  var gap: Unreadable?
}
