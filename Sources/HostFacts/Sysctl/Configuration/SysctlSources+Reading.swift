extension SysctlConfiguration {
  /// Reads what a host has configured, and what the kernel has of it.
  ///
  /// - Parameter kernels: what to judge for; the running kernel, where there is one.
  static func read(_ root: HostRoot, kernels: [KernelVersion], units: [Unit] = [])
    -> SysctlConfiguration
  {
    var sources = SysctlSources(of: root, dialect: SysctlSources.dialect(of: root))
    let tuned = TunedProfile(root)
    sources.addOtherWriters(root, tuned, UnitSysctlCommands(units))
    var result = SysctlConfiguration(sources, kernels: kernels)
    result.compare(with: root, tuned: tuned)
    return result
  }
}

extension SysctlSources {
  /// The programs that read sysctl.d at boot.
  private static let systemdSysctl = [
    "/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl",
  ]

  /// Who reads the files at boot: procps only where systemd-sysctl is surely not there.
  static func dialect(of root: HostRoot) -> SysctlDialect {
    for path in systemdSysctl {
      do throws(ReadFailure) {
        _ = try root.status(path)
        return .systemd
      } catch {
        guard error.isAbsence else { return .systemd }
      }
    }
    return .procps
  }

  /// Adds what others write before and after the files.
  mutating func addOtherWriters(
    _ root: HostRoot, _ tuned: TunedProfile, _ commands: UnitSysctlCommands
  ) {
    if let line = root.bytes(KernelCommandLine.path, limit: 1 << 16).value {
      others += KernelCommandLine.statements(line)
    } else if root.isImage {
      let grub = GrubDefaults(root)
      others += grub.statements
      gapOfOthers = grub.gap
    }
    others += TmpfilesWrites.read(root)
    others += commands.statements
    others += tuned.statements
    tunedReapplies = tuned.reappliesSysctls
    if commands.readsSysctlConf || tuned.isActive && tuned.reappliesSysctls {
      readSysctlConfLast()
    }
  }

  /// `/etc/sysctl.conf` has a reader after boot where systemd does not read it: TuneD, or a unit that
  /// runs `sysctl -p`.
  private mutating func readSysctlConfLast() {
    guard sysctlConf == .never, let index = files.firstIndex(where: { $0.path == Self.sysctlConf }),
      case .bytes(let bytes) = files[index].content
    else { return }
    files.remove(at: index)
    others +=
      SysctlFileText(
        bytes, path: Self.sysctlConf, dialect: .procps, writer: .sysctlConf
      ).statements
  }

  /// Whether a path is one that this looks at, so that a recording has to tell of it.
  static func reads(_ path: String) -> Bool {
    kind(of: path) != nil || systemdSysctl.contains(path)
      || SysctlOwner.all.contains { $0.evidence == path }
      || (sysctlDirectories + TmpfilesWrites.directories).contains(path)
  }

  /// The files that set parameters, by how they say it.
  enum FileKind: Hashable, Sendable { case sysctls, commandLine, tmpfiles, tuned }

  static func kind(of path: String) -> FileKind? {
    func isIn(_ directories: [String]) -> Bool {
      directories.contains { path.hasPrefix("\($0)/") }
    }
    if path == KernelCommandLine.path { return .commandLine }
    if path == sysctlConf || isIn(sysctlDirectories) { return .sysctls }
    if isIn(TmpfilesWrites.directories) { return .tmpfiles }
    return TunedProfile.homes.contains(where: path.hasPrefix) ? .tuned : nil
  }

  private static let sysctlDirectories = SysctlFile.directories.map { "/\($0)" }

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

  static func hasLinkToSysctlConf(_ files: [SysctlFile], _ root: HostRoot) -> Bool {
    guard let status = try? root.status(sysctlConf) else { return false }
    return files.contains { file in
      guard case .bytes = file.content, SysctlFileSelection.whySkipped(file.name, .systemd) == nil
      else { return false }
      return (try? root.status(file.path)) == status
    }
  }
}
