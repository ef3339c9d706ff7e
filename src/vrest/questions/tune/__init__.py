"""The numbers for which the described state is the steady one."""
