using System.Globalization;
using System.Runtime.InteropServices;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hardware;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Storage.Backups;
using HyphaMarket.Node.Storage.Prices.Postgres;

namespace HyphaMarket.Node.Diagnostics;

/// <summary>What a node needs of its machine, looked at without changing anything and whether or not the daemon runs.</summary>
public static class MachineChecks
{
    private const long Mebibyte = 1 << 20;

    /// <summary>Below it a busy broker's journal fills the disk within hours.</summary>
    private const long LittleRoom = 1024 * Mebibyte;

    /// <summary>Below it the next checkpoint of a database may fail.</summary>
    private const long NoRoom = 64 * Mebibyte;

    /// <summary>Beside connections, a node opens its files, its sockets and those of the local API.</summary>
    private const int OtherFiles = 256;

    /// <summary>The checks in order; each stands for itself.</summary>
    /// <param name="stop">Ends the look at the machine's tools.</param>
    public static async Task<IReadOnlyList<CheckView>> RunAsync(NodeOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        var checks = new List<CheckView> { RepositoryChecks.Attempt("data-directory", () => DataDirectory.Check(options.DataDirectory), $"{options.DataDirectory} is this user's alone.") };
        if (checks[0].State == CheckState.Ok)
        {
            checks.Add(RepositoryChecks.Attempt("key", () => KeyFile.Load(options.KeyFile).Dispose(), $"{options.KeyFile} is sound and this user's alone."));
            checks.Add(Disk(options));
            checks.Add(RepositoryChecks.JournalCheck(options.JournalFile));
        }

        if (options.History.Postgres is { } postgres) checks.Add(await PostgresPriceStore.CheckAsync(postgres, stop));
        checks.Add(OpenSsl());
        checks.Add(Sodium());
        checks.Add(Clock());
        checks.Add(OpenFiles(options));
        if (options.Roles.HasFlag(NodeRoles.Worker)) checks.Add(await ToolsAsync(options, stop));
        return checks;
    }

    private static CheckView Disk(NodeOptions options)
    {
        var free = new DriveInfo(options.DataDirectory).AvailableFreeSpace;
        var what = string.Create(CultureInfo.InvariantCulture, $"The disk of {options.DataDirectory} has {free / Mebibyte:N0} MiB free.");
        if (free >= LittleRoom) return CheckView.Ok("disk", what);
        return new CheckView("disk", free < NoRoom ? CheckState.Failed : CheckState.Warning, what,
            "The journal only grows, and a node whose journal cannot be written promises nothing more.", string.Create(CultureInfo.InvariantCulture, $"Make room: {LittleRoom / Mebibyte:N0} MiB or more."));
    }

    private static CheckView OpenSsl()
    {
        if (TryLoad("libcrypto.so.3")) return CheckView.Ok("openssl", "OpenSSL 3 is there.");
        return new CheckView("openssl", CheckState.Failed, "The library libcrypto.so.3 is not there.", "OpenSSL 3 makes and checks this node's signatures and keys.", "Install OpenSSL 3, as in `apt-get install libssl3`.");
    }

    private static CheckView Sodium() => CheckView.Ok("libsodium", TryLoad("libsodium.so.23")
        ? "libsodium is there and makes signatures."
        : "libsodium is not there: OpenSSL makes signatures, at half the speed. `apt-get install libsodium23` changes that.");

    private static CheckView Clock() => KernelClock.IsSynchronised() switch
    {
        true => CheckView.Ok("clock", "A time service keeps this machine's clock."),
        null => CheckView.Skipped("clock", "This system does not tell whether a time service keeps its clock."),
        false => new CheckView("clock", CheckState.Warning, "The kernel knows of no time service that keeps this machine's clock.",
            "A broker whose clock is more than a tenth of a slot off does not vote, and orders come too late.", "Run chrony or systemd-timesyncd; in a container, have its host run one."),
    };

    private static CheckView OpenFiles(NodeOptions options)
    {
        var line = File.Exists("/proc/self/limits") ? File.ReadLines("/proc/self/limits").FirstOrDefault(one => one.StartsWith("Max open files", StringComparison.Ordinal)) : null;
        var hard = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 4 } fields ? fields[4] : null;
        if (hard is null) return CheckView.Skipped("open-files", "This system does not tell how many files a process may open.");
        var wanted = options.Limits.Connections + OtherFiles;
        // .NET raises its own soft limit to the hard one.
        if (hard == "unlimited" || long.Parse(hard, CultureInfo.InvariantCulture) >= wanted) return CheckView.Ok("open-files", $"A process may open {hard} files.");
        return new CheckView("open-files", CheckState.Warning, $"A process of this user may open {hard} files; {options.Limits.Connections} connections and the node's own need {wanted}.",
            "A connection beyond that fails.", $"Raise it (`ulimit -n {wanted}`, or LimitNOFILE={wanted} in a systemd unit), or lower \"limits.connections\".");
    }

    private static async Task<CheckView> ToolsAsync(NodeOptions options, CancellationToken stop)
    {
        var machine = await MachineReport.ReadAsync(options.DataDirectory, stop);
        if (machine.Problems.Count > 0)
        {
            return new CheckView("machine", CheckState.Warning, machine.Problems[0], "What the machine has is found out by its vendors' tools (nvidia-smi, rocm-smi) and the kernel's files.",
                "Mend the tool or the driver, or name the profile in \"worker.profile\" yourself.");
        }

        var chosen = machine.Fits.FirstOrDefault(fit => fit.Chosen);
        if (chosen is not null) return CheckView.Ok("machine", $"{machine.Summary} It fits {chosen.Profile}.");
        return options.Worker.Profile == WorkerOptions.AutoProfile
            ? new CheckView("machine", CheckState.Failed, $"{machine.Summary} It fits no profile.", "A worker with \"worker.profile\" auto sells what its machine fits, and so nothing.", "See `hypha-market profile detect`; set \"worker.profile\" to sell one all the same.")
            : new CheckView("machine", CheckState.Warning, $"{machine.Summary} It fits no profile, and sells {options.Worker.Profile} on your word.", "A buyer that gets less than the profile promises ends the lease.", "See `hypha-market profile detect`.");
    }

    private static bool TryLoad(string library)
    {
        if (!NativeLibrary.TryLoad(library, out var handle)) return false;
        NativeLibrary.Free(handle);
        return true;
    }
}
