/// The namespace of a container that a kernel parameter is taken to be of: what a container's runtime
/// (sysctl() in libcontainer/configs/validate/validator.go of runc) and the kubelet (namespace.go of
/// k8s.io/component-helpers) go by. They refuse what is of none of them, such as `vm.*`.
enum ContainerNamespace: String, Hashable, Sendable {
  case network, ipc, uts

  /// Nil for a parameter of the whole host.
  init?(of key: SysctlKey) {
    if key.path.starts(with: "net/".utf8) {
      self = .network
    } else if key.path.starts(with: "fs/mqueue/".utf8)
      || Self.ofIPC.contains(where: { key.path.elementsEqual($0.utf8) })
    {
      self = .ipc
    } else if key.path.elementsEqual("kernel/domainname".utf8) {
      // kernel.hostname has a setting of its own, and is refused for that.
      self = .uts
    } else {
      return nil
    }
  }

  private static let ofIPC = [
    "kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/sem", "kernel/shmall",
    "kernel/shmmax", "kernel/shmmni", "kernel/shm_rmid_forced",
  ]
}
