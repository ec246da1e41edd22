using HyphaMarket.Tests.Shared.Machine;

namespace HyphaMarket.Simulation.Tests;

/// <summary>Before all tests of this assembly.</summary>
[SetUpFixture]
internal sealed class GoLast
{
    [OneTimeSetUp]
    public void LetRealDaemonsGoFirst() => Courtesy.GoLast();
}
