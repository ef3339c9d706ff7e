"""What a person sees of a result: tables as text and HTML, figures, CSV. Views show what a result holds; they never solve."""
