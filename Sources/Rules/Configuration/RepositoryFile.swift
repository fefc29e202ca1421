import Glibc

/// A file that a repository names. The repository may be a stranger's, as where a pipeline reviews a
/// pull request: the name leads to nothing outside.
struct RepositoryFile {
  /// The directory that it must lie below.
  let directory: String
  /// Relative to the directory.
  let name: String

  enum Failure: Error {
    /// Why the name is not followed, as a clause.
    case refused(String)
    case unreadable(RuleDiagnostic)
  }

  /// Its bytes; messages call it `path`.
  func content(shownAs path: String) throws(Failure) -> [UInt8] {
    let content = RuleDirectory.content(of: try descriptor(path), path: path, owner: nil)
    do {
      return try content.get()
    } catch {
      throw .unreadable(error)
    }
  }

  /// Opens it one component at a time, through no link: openat2(2) could do it in one call, and is not
  /// everywhere.
  private func descriptor(_ path: String) throws(Failure) -> CInt {
    // By bytes, as the kernel does: to Swift a slash before a combining mark is another character.
    let slash = UInt8(ascii: "/")
    let parts = name.utf8.split(separator: slash).filter { !$0.elementsEqual(".".utf8) }
    guard !name.utf8.contains(0), name.utf8.first != slash, !parts.isEmpty,
      !parts.contains(where: { $0.elementsEqual("..".utf8) })
    else {
      throw .refused("is not below the directory of this file")
    }
    var parent = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    var failure = errno
    for (index, part) in parts.enumerated() where parent >= 0 {
      // O_NONBLOCK: opening a FIFO must not wait for a writer.
      let kind = index < parts.count - 1 ? O_DIRECTORY : O_NONBLOCK | O_NOCTTY
      let part = String(decoding: part, as: UTF8.self)
      let next = unsafe openat(parent, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind)
      failure = errno
      let isLink = next < 0 && Self.isLink(part, in: parent)
      close(parent)
      if isLink { throw .refused("is a symbolic link, or in one") }
      parent = next
    }
    if parent >= 0 { return parent }
    throw .unreadable(RuleDiagnostic(path: path, message: RuleDirectory.unreadable(failure)))
  }

  /// The errno for a link depends on what else is asked for: ELOOP or ENOTDIR.
  private static func isLink(_ name: String, in directory: CInt) -> Bool {
    var status = stat()
    return unsafe fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0
      && status.st_mode & S_IFMT == S_IFLNK
  }
}
