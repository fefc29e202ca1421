internal import CEL

/// Finds the files of some directories of a host that programs read by name, such as those of
/// sysctl.d(5) and tmpfiles.d(5).
struct SysctlFileReader {
  private let root: HostRoot
  private let isNoted: Bool
  private(set) var files: [SysctlFile] = []
  /// Why there may be more; nil where there are not.
  private(set) var gap: Unreadable?
  private var seen: Set<HostRoot.Status> = []
  private var count = 0

  /// How many names are looked at.
  static let mostFiles = 20_000
  /// Bytes of a file that are read.
  static let longestFile = 8 << 20

  /// Reads what is in the directories, in their order. A directory that is the same as an earlier one,
  /// as `/lib/sysctl.d` where `/lib` is a link, is passed over.
  /// - Parameter isNoted: whether what is read is among the sources that a report lists.
  init(_ root: HostRoot, _ directories: [String], isNoted: Bool = true) {
    self.root = root
    self.isNoted = isNoted
    for directory in directories { read(directory) }
  }

  private mutating func read(_ directory: String) {
    do throws(ReadFailure) {
      let status = try root.status(directory)
      guard status.kind == .directory else { return }
      // A recording has no numbers for directories that it only names.
      if status.inode != 0, !seen.insert(status).inserted { return }
      var names = try names(in: directory)
      if let recording = root.recording {
        if let why = recording.whyUnreadable(directory) { gap = gap ?? why }
        let known = Set(names)
        names += recording.unreadable(in: directory).filter { !known.contains($0) }
      }
      if count >= Self.mostFiles {
        gap =
          gap
          ?? .init(
            "the directories such as '\(directory)' have more than \(Self.mostFiles) files, and only those are read"
          )
      }
      names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      for name in names where !SysctlFileSelection.isPutAside(name[...]) {
        let path = "\(directory)/\(name)"
        let content = Self.content(path, target: root.linkTarget(path), root, isNoted: isNoted)
        files.append(SysctlFile(path: path, content: content))
      }
    } catch {
      guard !error.isAbsence else { return }
      let why = error.unreadable(directory)
      gap = gap ?? why
      root.recorder?.missing(directory, in: "", why)
    }
  }

  private mutating func names(in directory: String) throws(ReadFailure) -> [String] {
    var listing: HostFacts.Directory
    do throws(ReadFailure) {
      listing = try root.directory(directory)
    } catch {
      // A recording has nothing of an empty directory.
      if error.isAbsence || error == .notRecorded { return [] }
      throw error
    }
    var names: [String] = []
    while let entry = listing.next(), count < Self.mostFiles {
      count += 1
      names.append(entry.name)
    }
    if listing.failure != 0 { throw .system(listing.failure) }
    return names
  }

  /// What a file gives.
  /// - Parameter target: what it links to, as the link says it; nil for what is no link.
  static func content(
    _ path: String, target: String?, _ root: HostRoot, isNoted: Bool = true
  ) -> SysctlFile.Content {
    if let recording = root.recording {
      if let why = recording.notAFile(path) { return .nothing(why) }
      if let why = recording.whyUnreadable(path) { return .unreadable(why) }
    }
    // The device need not be there in an image.
    if let target, target == "/dev/null" || target.hasSuffix("/dev/null") {
      return nothing(path, nil, root)
    }
    do throws(ReadFailure) {
      if try root.status(path).kind == .directory {
        return nothing(path, "it is a directory", root)
      }
    } catch {
      if error.isAbsence, let target {
        return nothing(
          path, "it is a link to '\(target)', which is not there", root,
          unnamed: "it is a link to what is not there")
      }
      return .unreadable(error.unreadable(path))
    }
    switch root.bytes(path, limit: longestFile, isNoted: isNoted) {
    case .value(let bytes, _): return .bytes(bytes)
    case .absent(let why): return .unreadable(.init(why))
    case .unavailable(let why): return .unreadable(why)
    }
  }

  /// - Parameter unnamed: why, without names of files.
  private static func nothing(
    _ path: String, _ why: String?, _ root: HostRoot, unnamed: String? = nil
  ) -> SysctlFile.Content {
    root.recorder?.notAFile(path, why, unnamed: unnamed ?? why)
    return .nothing(why)
  }
}
