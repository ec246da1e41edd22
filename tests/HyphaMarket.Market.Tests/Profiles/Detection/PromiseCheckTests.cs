using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;

namespace HyphaMarket.Market.Tests.Profiles.Detection;

public sealed class PromiseCheckTests
{
    private static readonly ProfileAttributes Alpha = ProfileCatalogue.BuiltIn.Profiles[0].Requirement;

    [Test]
    public void Machine_ThatFitsItsProfile_KeepsEveryPromise()
    {
        var reading = Read(Samples.T4X1);
        var findings = PromiseCheck.Of(Alpha, 1, reading.Inventory, reading.Unread);
        Assert.That(findings.Select(finding => (finding.Requirement, finding.Verdict)), Is.EqualTo(new[] { "accelerators", "interconnect", "CPU architecture", "CPU cores", "memory", "disk" }.Select(name => (name, PromiseVerdict.Fits))));
        Assert.That(PromiseCheck.Overall(findings), Is.EqualTo(PromiseVerdict.Fits));
    }

    [Test]
    public void Machine_ThatFitsOnce_IsLessThanTwoUnits()
    {
        var reading = Read(Samples.T4X1);
        var findings = PromiseCheck.Of(Alpha, 2, reading.Inventory, reading.Unread);
        Assert.That(findings.Where(finding => finding.Verdict == PromiseVerdict.Less).Select(finding => (finding.Requirement, finding.Promised)), Is.EqualTo(new[]
        {
            ("accelerators", "2 x amd-radeon-pro-v520 or nvidia-p4 or nvidia-t4, 7,600 MiB each, 15,200 MiB in all"), ("CPU cores", "8"), ("memory", "30,400 MiB"),
        }));
        Assert.That(PromiseCheck.Overall(findings), Is.EqualTo(PromiseVerdict.Less));
    }

    [Test]
    public void Machine_WithoutATool_HasNoAccelerator_WhichIsLess()
    {
        var reading = Read(Samples.T4X1 with { NvidiaGpus = null, NvidiaTopology = null });
        var accelerators = PromiseCheck.Of(Alpha, 1, reading.Inventory, reading.Unread)[0];
        Assert.That((accelerators.Verdict, accelerators.Found), Is.EqualTo((PromiseVerdict.Less, "none")));
    }

    [Test]
    public void WhatATool_PrintsWrongly_CannotBeTold()
    {
        var reading = Read(Samples.T4X1 with { NvidiaGpus = "Failed to initialize NVML: Driver/library version mismatch" });
        var findings = PromiseCheck.Of(Alpha, 1, reading.Inventory, reading.Unread);
        Assert.That(findings.Take(2).Select(finding => finding.Verdict), Is.All.EqualTo(PromiseVerdict.Unknown));
        Assert.That(PromiseCheck.Overall(findings), Is.EqualTo(PromiseVerdict.Unknown));
    }

    [Test]
    public void WhatIsLess_CountsBeforeWhatCannotBeTold()
    {
        var reading = Read(Samples.T4X1 with { NvidiaGpus = "?", MemInfo = "MemTotal: 1024 kB\n" });
        Assert.That(PromiseCheck.Overall(PromiseCheck.Of(Alpha, 1, reading.Inventory, reading.Unread)), Is.EqualTo(PromiseVerdict.Less));
    }

    [Test]
    public void NetworkOfUnknownSpeed_CannotBeTold_AndOneThatIsTooSlow_IsLess()
    {
        var wanted = new ProfileAttributes { NetworkMbitS = 10_000 };
        PromiseVerdict Of(params string[] speeds)
        {
            var reading = Read(Samples.T4X1 with { NetworkSpeeds = speeds });
            return PromiseCheck.Of(wanted, 1, reading.Inventory, reading.Unread).Single().Verdict;
        }

        Assert.That((Of("-1"), Of("1000"), Of("-1", "10000")), Is.EqualTo((PromiseVerdict.Unknown, PromiseVerdict.Less, PromiseVerdict.Fits)));
    }

    [Test]
    public void Verdicts_AgreeWithTheFitByWhichMachinesAreSold()
    {
        foreach (var probe in new[] { Samples.H100X8, Samples.T4X1, Samples.V100X4, Samples.None })
        {
            var reading = Read(probe);
            foreach (var fit in ProfileFit.All(ProfileCatalogue.BuiltIn, reading.Inventory))
            {
                for (var units = 1; units <= fit.Slots + 1; units++)
                {
                    var overall = PromiseCheck.Overall(PromiseCheck.Of(fit.Profile.Requirement, units, reading.Inventory, new HashSet<MachinePart>()));
                    Assert.That(overall == PromiseVerdict.Fits, Is.EqualTo(units <= fit.Slots), $"{units} x {fit.Profile.Slug}");
                }
            }
        }
    }

    private static InventoryReading Read(MachineProbe probe) => InventoryReader.Read(probe, ProfileCatalogue.BuiltIn);
}
