using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "handle.js", esModule = embed "handle.js"),
    (name = "wasabi-utm/server", esModule = embed "node_modules/wasabi-utm/dist/server.js"),
  ],
  bindings = [(name = "ENDPOINT", fromEnvironment = "ENDPOINT")],
  compatibilityDate = "2026-01-01",
);
