namespace LusPipeline.Web;

/// <summary>What every page and answer says of its results.</summary>
internal static class Notices
{
    public const string ResearchUse = "Research use only: not a medical device.";
}
