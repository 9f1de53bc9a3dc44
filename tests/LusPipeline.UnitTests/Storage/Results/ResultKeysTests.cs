using LusPipeline.Buckets.S3;

namespace LusPipeline.UnitTests.Storage.Results;

public sealed class ResultKeysTests
{
    private static readonly Guid Id = new("0a0a0a0a-0000-5000-8000-00000000000a");

    [Theory]
    [InlineData("lung/incoming", "p1", "results/p1.json")]
    [InlineData("lung/urgent", "p1", "results/urgent/p1.json")]
    [InlineData("lung/urgent", ".p1", "results/0a0a0a0a-0000-5000-8000-00000000000a.json")]
    [InlineData("moved/incoming", "p1", "results/0a0a0a0a-0000-5000-8000-00000000000a.json")]
    public void The_first_watched_prefix_stands_in_no_key_and_every_other_does(string place, string study, string key) =>
        Assert.Equal(key, new ResultKeys(new() { Name = "lung" }).KeyOf(place, study, Id));

    [Fact]
    public void The_only_watched_prefix_is_the_first()
    {
        Assert.Equal("results/p1.json", new ResultKeys(new() { Name = "new", Identity = "old", WatchPrefixes = ["clinic/a/"] }).KeyOf("old/clinic/a", "p1", Id));
    }

    [Fact]
    public void A_study_of_a_day_has_the_day_in_its_key()
    {
        var keys = new ResultKeys(new() { Name = "lung", WatchPrefixes = ["in/{yyyy}/{MM}/{dd}/"] });

        Assert.Equal("results/in/2026/01/31/p1.json", keys.KeyOf("lung/in/2026/01/31", "p1", Id));
    }

    [Theory]
    [InlineData(".hidden/")]
    [InlineData("two//slashes/")]
    [InlineData("control\u0001/")]
    public void A_prefix_that_makes_no_good_key_gives_way_to_the_id(string prefix)
    {
        var keys = new ResultKeys(new() { Name = "lung", WatchPrefixes = ["in/", prefix] });

        Assert.Equal($"results/{Id}.json", keys.KeyOf($"lung/{prefix.TrimEnd('/')}", "p1", Id));
    }

    [Fact]
    public void A_key_is_never_too_long_for_a_bucket()
    {
        var prefix = string.Join('/', Enumerable.Repeat(new string('ä', 100), 5));
        var keys = new ResultKeys(new() { Name = "lung", WatchPrefixes = ["in/", prefix + '/'] });

        Assert.Equal($"results/{Id}.json", keys.KeyOf($"lung/{prefix}", "p1", Id));
        Assert.Equal($"results/{Id}.json", keys.KeyOf("lung/in", new string('x', 201), Id));
    }

    [Fact]
    public void What_is_deleted_with_a_study_is_where_any_configuration_put_it_and_no_other_studys()
    {
        var keys = new ResultKeys(new() { Name = "lung" });

        Assert.Equal([$"results/urgent/p1.json", $"results/{Id}.json"], keys.AllOf("lung/urgent", "p1", Id, alone: false));
        Assert.Equal([$"results/urgent/p1.json", $"results/{Id}.json", "results/p1.json"], keys.AllOf("lung/urgent", "p1", Id, alone: true));
        Assert.Equal([$"results/p1.json", $"results/{Id}.json", "results/incoming/p1.json"], keys.AllOf("lung/incoming", "p1", Id, alone: false));
    }
}
