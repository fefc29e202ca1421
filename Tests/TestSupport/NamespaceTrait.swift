public import Testing

extension Trait where Self == ConditionTrait {
  /// Skips a test where this process may not make network namespaces, and says so.
  public static var needsNamespaces: Self {
    .enabled(if: ScratchNamespace.isAvailable, ScratchNamespace.requirement)
  }

  /// Skips a test where this process may not mount file systems in a namespace of its own.
  public static var needsMounts: Self {
    .enabled(if: mayMount, "needs root (CAP_SYS_ADMIN), and nothing that forbids mount(2)")
  }

  /// Skips a test that cannot work with a sanitizer in the built binary, and says why.
  public static func unsanitized(_ why: Comment) -> Self {
    .disabled(if: BuiltBinary.isSanitized, why)
  }
}

private let mayMount: Bool = {
  let attempt = Subprocess(
    program: "/usr/bin/unshare",
    arguments: [
      "--mount", "/bin/sh", "-c",
      "mount -t tmpfs none /mnt && mount -t proc -o hidepid=2 none /mnt",
    ])
  return (try? attempt.run().status) == 0
}()
