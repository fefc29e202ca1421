/// Which program reads the files of sysctl.d: they differ in what a line means and who wins.
///
/// Each was compared with the program itself over random files, see `SysctlConfigurationOracleTests`.
enum SysctlDialect: String, Hashable, Sendable, CaseIterable {
  /// systemd-sysctl(8), at boot wherever systemd runs.
  case systemd
  /// `sysctl --system` of procps up to 4.0.4 (Debian 12).
  case procps
  /// procps 4.0.5 and later: a pattern that excludes keys excludes what it matches, not only the
  /// same pattern.
  case newerProcps

  var isProcps: Bool { self != .systemd }
}
