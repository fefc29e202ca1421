extension SysctlSources {
  /// The files of sysctl.d(5) and `/etc/sysctl.conf` of a host.
  init(of root: HostRoot, dialect: SysctlDialect) {
    let reader = SysctlFileReader(root, SysctlFile.directories.map { "/\($0)" })
    files = reader.files
    gap = reader.gap
    self.dialect = dialect
    sysctlConf = dialect.isProcps ? .last : .never
    // systemd may read it through a link in sysctl.d, and then it is no file that nothing reads.
    if dialect.isProcps || !Self.hasLinkToSysctlConf(files, root) {
      readSysctlConf(root)
    }
  }

  private static let sysctlConf = "/etc/sysctl.conf"

  private mutating func readSysctlConf(_ root: HostRoot) {
    do throws(ReadFailure) {
      // procps reads it only where it is a regular file.
      guard try root.status(Self.sysctlConf).kind == .regular else { return }
    } catch {
      if !error.isAbsence && error != .notRecorded {
        gap = gap ?? error.unreadable(Self.sysctlConf)
      }
      return
    }
    files.append(
      SysctlFile(
        path: Self.sysctlConf,
        content: SysctlFileReader.content(Self.sysctlConf, target: nil, root)))
  }

  private static func hasLinkToSysctlConf(_ files: [SysctlFile], _ root: HostRoot) -> Bool {
    guard let status = try? root.status(sysctlConf) else { return false }
    return files.contains { file in
      guard case .bytes = file.content, SysctlFileSelection.whySkipped(file.name, .systemd) == nil
      else { return false }
      return (try? root.status(file.path)) == status
    }
  }
}
