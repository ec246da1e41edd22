using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Tests.Books;

[TestFixture]
internal sealed class PlaceTableTests
{
    [Test]
    public void WhatComesAndGoes_IsFoundAsInADictionary([Values(1, 2, 3)] int seed)
    {
        var (random, table, model) = (new Random(seed), new PlaceTable(), new Dictionary<OfferId, StoredOffer>());
        // As full as it gets before it grows, and nearly empty again.
        foreach (var share in new[] { 0.9, 0.1, 0.7, 0.5 })
        {
            for (var step = 0; step < 5_000; step++)
            {
                var offer = TestOffers.Ask(random.Next(3_000), 5);
                if (random.NextDouble() < share)
                {
                    var place = new StoredOffer(offer);
                    Assert.That(table.TryAdd(place), Is.EqualTo(model.TryAdd(offer.Id, place)), $"seed {seed}, step {step}");
                }
                else
                {
                    // What is not here is left alone, and so is an offer's place by another one of it.
                    if (random.Next(4) == 0) table.Remove(new StoredOffer(offer));
                    else if (model.Remove(offer.Id, out var place)) table.Remove(place);
                }

                Assert.That(table.Count, Is.EqualTo(model.Count));
            }

            for (var number = 0; number < 3_000; number++) Assert.That(table.Find(TestOffers.Id(number)), Is.SameAs(model.GetValueOrDefault(TestOffers.Id(number))), $"seed {seed}, offer {number}");
        }
    }

    [Test]
    public void AnEmptyTable_HasNothing()
    {
        var table = new PlaceTable();
        table.Remove(new StoredOffer(TestOffers.Ask(1, 5)));
        Assert.That((table.Find(TestOffers.Id(1)), table.Count), Is.EqualTo(((StoredOffer?)null, 0)));
    }
}
