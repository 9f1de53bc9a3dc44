namespace LusPipeline.Hosting.Settings;

/// <summary>Suggests a known name for an unknown one.</summary>
internal static class Suggestion
{
    /// <summary>" Did you mean X?", or "" if no name is similar.</summary>
    /// <param name="prefix">Written before the suggested name.</param>
    public static string For(string given, IEnumerable<string> names, string prefix = "")
    {
        var nearest = names.Select(name => (Name: name, Distance: Distance(given, name))).OrderBy(candidate => candidate.Distance).FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(1, Math.Min(given.Length, nearest.Name.Length) / 2)
            ? $" Did you mean {prefix}{nearest.Name}?"
            : "";
    }

    /// <summary>Edit distance: letters to add, remove, change or swap with their neighbour. Case does not count.</summary>
    private static int Distance(string left, string right)
    {
        var (a, b) = (left.ToUpperInvariant(), right.ToUpperInvariant());
        var distance = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distance[i, j] = i + j;
                    continue;
                }
                distance[i, j] = Math.Min(
                    Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1,
                    distance[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
            }
        }
        return distance[a.Length, b.Length];
    }
}
